import assert from "node:assert/strict";
import fc from "fast-check";
import { renderView, viewTemplateFault, type ViewValues } from "../../../src/enrollment/view_template.ts";

const VALUES: ViewValues = {
  payload_language: "fr-CA",
  request_language: "en",
  authenticated: false,
  realm_user: null,
  serial_number: "C02ABC",
};

const CASES: readonly (readonly [string, string])[] = [
  ["<p>{{ serial_number }}</p>", "<p>C02ABC</p>"],
  ["{{serial_number|lower}} {{ 'Aé'|upper }}", "c02abc AÉ"],
  ['{{ payload_language|slice:":2" }} {{ payload_language | slice:"3:" }}', "fr CA"],
  ["{{ authenticated }} {{ realm_user }} {{ realm_user.email }}", "False None "],
  ['{{ realm_user.email|default:"nobody" }} {{ realm_user|default_if_none:"no" }}', "nobody no"],
  ["{% if authenticated %}in{% else %}out{% endif %}", "out"],
  ["{% if not authenticated and serial_number %}new{% endif %}", "new"],
  [
    '{% if "fr" in payload_language %}Bonjour{% elif "de" in payload_language %}Hallo{% else %}Hello{% endif %}',
    "Bonjour",
  ],
  ['{% if "de" in payload_language %}Hallo{% elif request_language == "en" %}Hello{% endif %}', "Hello"],
  ['{% if "de" not in payload_language %}a{% endif %}{% if payload_language != "x" %}b{% endif %}', "ab"],
  ['{% if authenticated or payload_language == "fr-CA" and True %}a{% endif %}', "a"],
  ["{% if realm_user %}a{% elif realm_user == None and realm_user.email == None %}b{% endif %}", "b"],
  ["{% for c in 'abc' %}{{ forloop.counter }}{{ c }}{% if not forloop.last %},{% endif %}{% endfor %}", "1a,2b,3c"],
  ["{% for c in realm_user %}x{% empty %}none{% endfor %}", "none"],
  ["a{# note {{ serial_number }} #}b{% comment %}{{ anything goes }}{% if %}{% endcomment %}c", "abc"],
  ["<form method=post>{% csrf_token %}<button>Go</button></form>", "<form method=post><button>Go</button></form>"],
  ["<style>p { color: red } a{b:c}</style>{ } % }}", "<style>p { color: red } a{b:c}</style>{ } % }}"],
];

Deno.test("a view is rendered as a Django user expects", () => {
  for (const [template, page] of CASES) {
    assert.equal(viewTemplateFault(template), undefined, template);
    assert.equal(renderView(template, VALUES), page, template);
  }
});

const FAULTS: readonly (readonly [string, string])[] = [
  [
    "{{ serial }}",
    'Line 1: "serial" is not a variable of this page. Use payload_language, request_language, authenticated,',
  ],
  ["a\n\n{{ serial_number", 'Line 3: "{{" is not closed by "}}".'],
  ["{{ serial_number\n}}", 'Line 1: "{{" and "}}" are on different lines.'],
  ["{{ serial_number|safe }}", 'Line 1: the filter "safe" is not available. Use default,'],
  ["{{ serial_number|default }}", 'Line 1: the filter "default" needs an argument.'],
  ["{{ serial_number|lower:'x' }}", 'Line 1: the filter "lower" does not take this argument.'],
  ["{{ serial_number|slice:'-1:' }}", 'Line 1: the filter "slice" does not take this argument.'],
  ["{{ serial_number|default:payload_language }}", 'Line 1: the filter "default" takes a text, not a variable.'],
  ["{{ }}", "Line 1: the end of the tag is not expected here, a variable or a text is."],
  ["{{ serial_number authenticated }}", 'Line 1: "authenticated" is not expected here.'],
  ["{{ __proto__ }}", 'Line 1: "__proto__" is not a variable of this page.'],
  ["{{ serial_number.constructor }}", 'Line 1: "serial_number.constructor" is not a variable of this page.'],
  ["{{ 1 + 1 }}", 'Line 1: "+" is not part of the template language.'],
  ["{% load static %}", 'Line 1: the tag "load" is not available. Use if, elif, else, for, empty or comment.'],
  ["{% include 'x' %}", 'Line 1: the tag "include" is not available.'],
  ["\n{% if authenticated %}", 'Line 2: "if" is not ended by "endif".'],
  ["{% for c in serial_number %}", 'Line 1: "for" is not ended by "endfor".'],
  ["{% for c in serial_number %}{% endif %}", 'Line 1: "endif" stands outside of its block.'],
  ["{% if authenticated %}{% else %}{% else %}{% endif %}", 'Line 1: "else" stands outside of its block.'],
  ["{% if authenticated %}{% empty %}{% endif %}", 'Line 1: "empty" stands outside of its block.'],
  ["{% if (authenticated) %}{% endif %}", 'Line 1: "(" is not part of the template language.'],
  ["{% if a == b %}{% endif %}", 'Line 1: "a" is not a variable of this page.'],
  [
    "{% for c in 'ab' %}{% for d in 'ab' %}{% endfor %}{% endfor %}",
    'Line 1: a "for" inside of a "for" is not available.',
  ],
  ["{% for a b %}{% endfor %}", 'Line 1: "for" should be like "for item in list".'],
  ["{% for c in 'ab' %}{% endfor %}{{ c }}", 'Line 1: "c" is not a variable of this page.'],
  ["{% comment %}", 'Line 1: "comment" is not ended by "endcomment".'],
  ["{% if True %}".repeat(21), "Line 1: there are more than 20 blocks inside each other."],
  [`{{ "${"x".repeat(1000)}" }}`, "Line 1: a tag is longer than 1000 characters."],
  [`{% for c in 'ab' %}${"x".repeat(100_000)}{% endfor %}`, "The page can become larger than 4000000 characters."],
];

Deno.test("what the template language does not know is refused with the line and the cure", () => {
  for (const [template, sentence] of FAULTS) {
    const fault = viewTemplateFault(template);
    assert.ok(fault?.startsWith(sentence), `${template}: ${fault}`);
  }
});

const TEXT_PLACES = "{{ payload_language }}|{{ request_language }}|{{ serial_number }}" +
  "{% for c in serial_number %}{{ c }}{% endfor %}{{ payload_language|upper|slice:'1:' }}{{ request_language|escape }}" +
  "{{ serial_number|default:'<i>' }}";

Deno.test("whatever a device says, a page never contains a character that opens or closes markup", () => {
  fc.assert(fc.property(
    fc.string({ unit: "grapheme" }),
    fc.string({ unit: "binary" }),
    fc.stringMatching(/^[<>"'&{}%a-z ]*$/),
    (payload_language, request_language, serial_number) => {
      const page = renderView(TEXT_PLACES, { ...VALUES, payload_language, request_language, serial_number });
      assert.doesNotMatch(page, /[<>"']/);
      assert.doesNotMatch(page, /&(?!amp;|lt;|gt;|quot;|#x27;)/);
    },
  ));
});

Deno.test("a text of an author is never read as a template twice", () => {
  const page = renderView("{{ serial_number }}", { ...VALUES, serial_number: "{{ payload_language }}{% if x %}" });
  assert.equal(page, "{{ payload_language }}{% if x %}");
});

Deno.test("any template is either refused with a sentence or rendered", () => {
  const part = fc.constantFrom(
    ...["{{", "}}", "{%", "%}", "{#", "#}", " if ", " for ", " in ", "c", " not ", " or ", "else", "endif", "endfor"],
    ...["serial_number", "|", ":", "'a'", "\n", "<p>", "==", "elif", "empty", "comment", "endcomment", "default", "\0"],
  );
  fc.assert(
    fc.property(fc.array(part, { maxLength: 40 }), (parts) => {
      const template = parts.join("");
      const fault = viewTemplateFault(template);
      if (fault === undefined) assert.equal(typeof renderView(template, VALUES), "string");
      else assert.match(fault, /\.$/);
    }),
    { numRuns: 2_000 },
  );
});
