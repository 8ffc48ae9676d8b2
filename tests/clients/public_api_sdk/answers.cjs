// Checks an answer of the Public API against the SDK's own description of it: its classes say which members an object
// has and of which type, its declarations (.d.ts) which of them may be absent.

const { existsSync, readFileSync } = require("node:fs");
const path = require("node:path");
const sdk = require("@segment/public-api-sdk-typescript");

const MODELS = path.join(path.dirname(require.resolve("@segment/public-api-sdk-typescript")), "model");
const PRIMITIVES = { string: "string", boolean: "boolean", number: "number" };
const declared = new Map();

// Member to {optional, nullable}, as a class is declared.
function declaration(name) {
  if (!declared.has(name)) {
    const file = path.join(MODELS, `${name[0].toLowerCase()}${name.slice(1)}.d.ts`);
    const text = existsSync(file) ? readFileSync(file, "utf8") : "";
    const members = new Map();
    for (const [, member, mark, type] of text.matchAll(/^ {4}'([^']+)'(\??): ([^;]+)/gm)) {
      members.set(member, { optional: mark === "?", nullable: /\bnull\b|\bany\b/.test(type) });
    }
    declared.set(name, members);
  }
  return declared.get(name);
}

// What is wrong with the raw JSON of an answer whose deserialized form is `instance`, as sentences.
function problems(raw, instance) {
  return ofClass(raw, instance.constructor, "answer");
}

function ofClass(raw, type, at) {
  if (typeof raw !== "object" || raw === null || Array.isArray(raw)) return [`${at} is no object`];
  const known = declaration(type.name);
  const found = [];
  const names = new Set();
  for (const { name, baseName, type: of } of type.getAttributeTypeMap()) {
    names.add(baseName);
    const { optional = true, nullable = true } = known.get(name) ?? {};
    const value = raw[baseName];
    if (value === undefined && !optional) found.push(`${at}.${baseName} is missing`);
    else if (value === null && !nullable) found.push(`${at}.${baseName} is null`);
    else if (value !== undefined && value !== null) found.push(...ofType(value, of, `${at}.${baseName}`));
  }
  // By class and not by place, so that a list gives the same sentence for all its items.
  for (const name of Object.keys(raw)) if (!names.has(name)) found.push(`${type.name} has no ${name}`);
  return found;
}

function ofType(value, type, at) {
  if (type.startsWith("Array<")) {
    if (!Array.isArray(value)) return [`${at} is no array`];
    return value.flatMap((item, index) => ofType(item, type.slice(6, -1), `${at}[${index}]`));
  }
  if (type in PRIMITIVES) return typeof value === PRIMITIVES[type] ? [] : [`${at} is no ${type}`];
  const model = sdk[type];
  if (model?.getAttributeTypeMap) return ofClass(value, model, at);
  const [owner, values] = type.split(".");
  const allowed = values && sdk[owner]?.[values];
  return allowed && !Object.values(allowed).includes(value) ? [`${at} is none of ${values}`] : [];
}

module.exports = { problems };
