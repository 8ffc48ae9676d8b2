// Delivers events with Segment's own Node client.
//
// In: {"host", "writeKey", "events": count, "padding": characters, "settings": {...}}, the settings being the client's.
// Out: one line of JSON for each event: {"sent": the event as the client made it} or {"failed": why}.

const { Analytics } = require("@segment/analytics-node");
const { readFileSync } = require("node:fs");

const LONG_AGO = Date.UTC(2021, 1, 3, 4, 5, 6, 789);
// Values that a serializer, a parser or a database might not give back as they were.
const VALUES = [
  0, 0.1, 1e-7, 1e22, 2 ** 53, true, null, "", [], {}, "\ud800", "\u0000", "\u2028", "Ünï 🙂",
  [[[null]], { "a.b": [1, { "": 2 }] }], { $set: { a: { b: { c: { d: "deep" } } } }, "quote\"'": "\\" },
];

function call(analytics, number, padding, done) {
  const userId = `user-${number % 700}`;
  const details = { number, value: VALUES[number % VALUES.length], padding };
  const more = { context: { ip: "192.0.2.7", campaign: { name: `c${number % 5}` } } };
  if (number % 4 === 0) more.timestamp = new Date(LONG_AGO + number * 1000);
  if (number % 3 === 0) more.integrations = { All: false, Amplitude: { session_id: number } };
  switch (number % 6) {
    case 0:
      return analytics.identify({ userId, anonymousId: `anonymous-${number}`, traits: details, ...more }, done);
    case 1:
      return analytics.track({ userId, event: `Event ${number % 50}`, properties: details, ...more }, done);
    case 2:
      return analytics.page({ userId, category: "Docs", name: `Page ${number % 9}`, properties: details, ...more }, done);
    case 3:
      return analytics.screen({ anonymousId: `anonymous-${number}`, category: "App", properties: details, ...more }, done);
    case 4:
      return analytics.group({ userId, groupId: `group-${number % 30}`, traits: details, ...more }, done);
    default:
      return analytics.alias({ userId: `user-${number}`, previousId: `anonymous-${number}`, ...more }, done);
  }
}

async function main() {
  const order = JSON.parse(readFileSync(0, "utf8"));
  const analytics = new Analytics({ host: order.host, writeKey: order.writeKey, ...order.settings });
  const lines = [];
  for (let number = 0; number < order.events; number++) {
    call(analytics, number, "x".repeat(order.padding), (error, context) => {
      lines.push(JSON.stringify(error ? { failed: String(error) } : { sent: context.event }));
    });
  }
  await analytics.closeAndFlush();
  process.stdout.write(lines.join("\n"));
}

main();
