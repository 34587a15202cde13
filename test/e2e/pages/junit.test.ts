import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { renderJunit } from "../../../core/src/reports/ci/junit.js";
import type { RunReport } from "../../../core/src/runs/run-report.js";
import { sampleRun } from "../../core/reports/sample-run.js";
import { CHROMIUM, launchChromium } from "./chromium.js";

describe.skipIf(CHROMIUM === undefined)("the JUnit file, by an XML parser", () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await launchChromium();
  });
  afterAll(() => browser?.close());

  interface Read {
    readonly error: string | null;
    readonly names: readonly (string | null)[];
    readonly counts: readonly (readonly string[])[];
  }

  async function read(text: string): Promise<Read> {
    const page = await browser.newPage();
    const found = await page.evaluate((xml) => {
      const parsed = new DOMParser().parseFromString(xml, "application/xml");
      const of = (tag: string): Element[] => [...parsed.getElementsByTagName(tag)];
      return {
        error: parsed.querySelector("parsererror")?.textContent ?? null,
        names: of("testcase").map((one) => one.getAttribute("name")),
        counts: of("testsuite").map((suite) => [
          suite.getAttribute("tests") ?? "",
          String(suite.getElementsByTagName("testcase").length),
          suite.getAttribute("failures") ?? "",
          String(suite.getElementsByTagName("failure").length),
          suite.getAttribute("errors") ?? "",
          String(suite.getElementsByTagName("error").length),
          suite.getAttribute("skipped") ?? "",
          String(suite.getElementsByTagName("skipped").length),
        ]),
      };
    }, text);
    await page.close();
    return found;
  }

  test("is well-formed, and its counts are those of its elements", async () => {
    const { error, counts } = await read(
      renderJunit(sampleRun({ files: 9, testsPerFile: 40, deathEvery: 4, breachEvery: 7 })),
    );
    expect(error).toBeNull();
    expect(counts).toHaveLength(9);
    for (const [tests, cases, failures, failed, errors, erred, skipped, skips] of counts) {
      expect([tests, failures, errors, skipped]).toEqual([cases, failed, erred, skips]);
    }
  });

  test("names come out as they went in, but for what XML cannot hold", async () => {
    const hostile = [
      "<a> & \"b\" 'c'",
      "line\nbreak\ttab",
      "]]>",
      "null\u0000 escape\u001b",
      "half \ud800 whole \u{1f600}",
    ];
    const run = sampleRun({ files: 1, testsPerFile: 1, leakEvery: 0 });
    const [file] = run.files;
    const tests = hostile.map((name) => ({ ...file?.tests[0], name: [name] }));
    const { error, names } = await read(renderJunit({ ...run, files: [{ ...file, tests }] } as unknown as RunReport));
    expect(error).toBeNull();
    expect(names).toEqual([
      ...hostile.slice(0, 3).map((name) => name.replace("\t", " ")),
      "null\ufffd escape\ufffd",
      "half \ufffd whole \u{1f600}",
    ]);
  });
});
