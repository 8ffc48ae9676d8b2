// Asks Segment's own implementations: one JSON case a line on stdin, one JSON answer a line on stdout.
//
//   {"ask": "parse", "text"}               -> {"accepted": bool}              @segment/fql-ts
//   {"ask": "match", "ir", "event"}        -> {"verdict": bool | "error"}     @segment/tsub
//   {"ask": "transform", "event", "steps"} -> {"event": object | null}        @segment/tsub
"use strict";

const readline = require("node:readline");
const { ast, lex } = require("@segment/fql-ts");
const { matches, transform } = require("@segment/tsub");

const answers = {
  parse({ text }) {
    const { tokens, error } = lex(text);
    return { accepted: !error && !ast(tokens).error };
  },
  match({ ir, event }) {
    try {
      return { verdict: matches(event, { type: "fql", ir: JSON.stringify(ir) }) };
    } catch {
      return { verdict: "error" };
    }
  },
  transform({ event, steps }) {
    return { event: transform(event, steps) };
  },
};

readline.createInterface({ input: process.stdin }).on("line", (line) => {
  const asked = JSON.parse(line);
  process.stdout.write(JSON.stringify(answers[asked.ask](asked)) + "\n");
});
