import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { gunzipSync } from "node:zlib";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { CapturePageData, PageDifference, PageViews } from "../../core/src/reports/capture/html/page-data.js";
import { makeWorkplace, type Workplace } from "./run-memspec.js";
import { sampleCapture } from "./sample-captures.js";

let here: Workplace;
const content = (name: string): string => readFileSync(path.join(here.folder, name), "utf8");
const file = (name: string, bytes: Uint8Array | string): void => writeFileSync(path.join(here.folder, name), bytes);
beforeAll(() => {
  here = makeWorkplace();
  file("app.memspec", sampleCapture());
  file("more.memspec", sampleCapture(2_000_000));
});
afterAll(() => here.remove());

function dataOf(html: string): CapturePageData {
  const packed = /id="report">([^<]+)</u.exec(html)?.[1] ?? "";
  return JSON.parse(gunzipSync(Buffer.from(packed, "base64")).toString("utf8")) as CapturePageData;
}
const viewsOf = (html: string): PageViews => dataOf(html).content as PageViews;
const bytesOf = ({ rows }: PageViews["views"][number]): number => rows.bytes.reduce((sum, bytes) => sum + bytes, 0);

test.each(["flamegraph", "table"])(
  "%s writes a page into the working directory, named by the capture, and never over another unasked",
  async (command) => {
    const first = await here.memspec(command, "app.memspec");
    expect({ exitCode: first.exitCode, stdout: first.stdout }).toEqual({ exitCode: 0, stdout: "" });
    expect(first.stderr).toMatch(new RegExp(`^Written to app.${command}.html \\([\\d.]+ kB\\)\\.\n$`, "u"));
    const page = viewsOf(content(`app.${command}.html`));
    expect(page.first).toBe(command === "table" ? "table" : "flame");
    expect(page.views.map((view) => [view.kind, bytesOf(view)])).toEqual([["peak", 6016]]);
    const again = await here.memspec(command, "app.memspec");
    expect(again.exitCode).toBe(1);
    expect(again.stderr).toContain("MEMSPEC_FILE_EXISTS");
    expect((await here.memspec(command, "app.memspec", "-f")).exitCode).toBe(0);
    const piped = await here.memspec(command, "app.memspec", "-o", "-");
    expect(piped.stdout).toBe(content(`app.${command}.html`));
    expect(piped.stderr).toBe("");
  },
);

test("the page holds the view that was asked for first, then that of the peak, or all", async () => {
  const kindsOf = async (...args: readonly string[]): Promise<readonly string[]> =>
    viewsOf((await here.memspec("flamegraph", "more.memspec", "-o", "-", ...args)).stdout).views.map(
      ({ kind }) => kind,
    );
  expect(await kindsOf("--leaks")).toEqual(["leaked", "peak"]);
  expect(await kindsOf("--from", "0", "--to", "600")).toEqual(["window", "peak"]);
  expect(await kindsOf("--temporary", "3", "--all-views")).toEqual(["temporary", "peak", "leaked", "allocated"]);
});

test("with --temporal it holds every window, of the threads and spaces that were asked for", async () => {
  const { stdout } = await here.memspec(
    "flamegraph",
    "app.memspec",
    "-o",
    "-",
    "--temporal",
    "10",
    "--space",
    "native",
    "--thread",
    "2",
  );
  const { temporal } = viewsOf(stdout);
  expect(temporal?.buckets).toBeLessThanOrEqual(10);
  expect(temporal?.cells.bytes).toEqual([16]);
});

test("direction, order and frames are as asked for", async () => {
  const { stdout } = await here.memspec(
    "flamegraph",
    "app.memspec",
    "-o",
    "-",
    "--direction",
    "flame",
    "--inverted",
    "--all-frames",
  );
  expect(viewsOf(stdout)).toMatchObject({ direction: "flame", inverted: true, folded: false });
});

test("options that are none, and that contradict each other, are errors", async () => {
  for (const [args, told] of [
    [["--temporal", "1"], "Give a whole number of buckets, from 2 to 1000."],
    [["--temporal", "1001"], "Give a whole number of buckets, from 2 to 1000."],
    [["--temporal", "--from", "3"], "cannot be used with option"],
    [["--direction", "up"], "Allowed choices are icicle, flame."],
    [["--invert"], "(Did you mean --inverted?)"],
  ] as const) {
    const { exitCode, stdout, stderr } = await here.memspec("flamegraph", "app.memspec", ...args);
    expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: "" });
    expect(stderr).toContain(told);
  }
});

test.each(["flamegraph", "table"])("%s --help has examples, and its exit codes", async (command) => {
  const { exitCode, stdout } = await here.memspec(command, "--help");
  expect(exitCode).toBe(0);
  expect(stdout).toMatch(new RegExp(`\nExamples:\n {2}memspec ${command} `, "u"));
  expect(stdout).toMatch(/\nExit codes: 0 /u);
});

test("diff --html writes what was before and what is after, with the exit code of diff", async () => {
  const { exitCode, stdout } = await here.memspec(
    "diff",
    "app.memspec",
    "more.memspec",
    "--leaks",
    "--html",
    "grown.html",
  );
  expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: "" });
  const { rows } = dataOf(content("grown.html")).content as PageDifference;
  const changes = rows.bytes.map((bytes, at) => [rows.beforeBytes[at], bytes]);
  expect(changes).toEqual([
    [0, 2_000_000],
    [1000, 1000],
  ]);
});
