-- The bypass codes of Activation Locks that the organization turns on: a kind of their own, since a device keeps its own code beside.
-- contracts: the check of 0.1 on the kinds of escrowed secrets is replaced by a wider one, which what it inserts passes

alter table escrowed_secrets drop constraint escrowed_secrets_kind_check;
alter table escrowed_secrets add constraint escrowed_secrets_kind_check
  check (kind in ('device_lock_pin', 'bootstrap_token', 'unlock_token', 'admin_password', 'filevault_prk',
    'filevault_prk_unread', 'recovery_lock_password', 'firmware_password', 'activation_lock_bypass_code',
    'activation_lock_organization_code'));
