// Documents are read, cut into words, put into an index, laid out as HTML, and packed. Somewhere in it too much memory is taken, some of it
// for a moment, some of it for ever: README.md looks for both.
//   node pipeline.mjs [documents]
import { gzipSync } from "node:zlib";
import { makeDocument } from "./documents.mjs";

const documents = Number(process.argv[2] ?? 60);

/** Word to the numbers of the documents that it is in. */
const index = new Map();
/** Pages as they were laid out, by title. Nobody asks for a page twice. */
const pageCache = new Map();

function tokenize(text) {
  return text.split(/\W+/u).map((word, position) => ({ word: word.toLowerCase(), position }));
}

function addToIndex(id, tokens) {
  for (const { word } of tokens) {
    const found = index.get(word);
    if (found === undefined) index.set(word, new Set([id]));
    else found.add(id);
  }
}

function layOut(title, tokens) {
  const words = tokens.map(({ word, position }) => `<span id="w${position}">${word}</span>`);
  const page = Buffer.from(`<h1>${title}</h1>\n<p>${words.join(" ")}</p>\n`);
  pageCache.set(title, page);
  return page;
}

function pack(page) {
  return gzipSync(page, { level: 6 });
}

function processDocument(id) {
  const { title, text } = makeDocument(id);
  const tokens = tokenize(text);
  addToIndex(id, tokens);
  return pack(layOut(title, tokens)).length;
}

let packed = 0;
for (let id = 0; id < documents; id++) packed += processDocument(id);
console.log(
  `${documents} documents, ${index.size} words, ${packed} bytes packed, ${pageCache.size} pages in the cache`,
);
