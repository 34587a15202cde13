// Three pictures of the Mandelbrot set, made by an addon in C++.
//   npx node-gyp rebuild && node app.mjs [width]
import { createRequire } from "node:module";

const { render, mean } = createRequire(import.meta.url)("./build/Release/mandelbrot.node");
const width = Number(process.argv[2] ?? 1600);

function thumbnail() {
  return render(width / 4, width / 8, 40);
}

function poster() {
  return render(width, width / 2, 120);
}

const pictures = [thumbnail(), poster(), poster()];
for (const picture of pictures) console.log(`mean shade ${mean(picture).toFixed(1)}`);
