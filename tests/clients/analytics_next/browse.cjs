// Shows the page at the URL that is its argument until it is killed; the page's console goes to stderr.

const { JSDOM, VirtualConsole } = require("jsdom");

const virtualConsole = new VirtualConsole();
virtualConsole.forwardTo({ ...console, log: console.error, info: console.error, debug: console.error });
JSDOM.fromURL(process.argv[2], { runScripts: "dangerously", resources: "usable", pretendToBeVisual: true, virtualConsole });
