/**
 * Reading a password from standard input: without echo from a terminal, else the first line. Never from arguments, which
 * every user of the machine can see.
 *
 * @module
 */

import { UsageError } from "./command.ts";

/** Where the password is typed or piped in. */
export type Input = {
  isTerminal(): boolean;
  setRaw(raw: boolean): void;
  read(buffer: Uint8Array): Promise<number | null>;
};

const ENTER = 13;
const NEWLINE = 10;
const INTERRUPT = 3;
const END = 4;
const ERASE = [8, 127];

/** Returns the password. Throws UsageError if it is empty or the input was cancelled. */
export async function readPassword(
  input: Input = Deno.stdin,
  show = (text: string) => writeError(text),
  prompt = "Password: ",
): Promise<string> {
  const terminal = input.isTerminal();
  if (terminal) {
    show(prompt);
    input.setRaw(true);
  }
  const typed: number[] = [];
  const byte = new Uint8Array(1);
  try {
    while (await input.read(byte) !== null) {
      const [code = 0] = byte;
      if (code === ENTER || code === NEWLINE) break;
      if (terminal && (code === INTERRUPT || code === END)) throw new UsageError("Cannot continue without a password");
      if (terminal && ERASE.includes(code)) eraseCharacter(typed);
      else typed.push(code);
    }
  } finally {
    if (terminal) {
      input.setRaw(false);
      show("\n");
    }
  }
  if (typed.length === 0) throw new UsageError("Cannot continue without a password: standard input was empty");
  return new TextDecoder().decode(Uint8Array.from(typed));
}

/** Drops the bytes of the last UTF-8 character. */
function eraseCharacter(typed: number[]): void {
  let code = typed.pop();
  while (code !== undefined && (code & 0xc0) === 0x80) code = typed.pop();
}

function writeError(text: string): void {
  Deno.stderr.writeSync(new TextEncoder().encode(text));
}
