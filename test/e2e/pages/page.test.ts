import type { Browser, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { sampleRun } from "../../core/reports/sample-run.js";
import { violations } from "./axe.js";
import { CHROMIUM, launchChromium } from "./chromium.js";
import { type OpenPage, openReport, type ViewOptions } from "./open-page.js";

if (CHROMIUM === undefined) {
  console.warn("── NO CHROMIUM: the HTML report's page is NOT TESTED on this machine (apt-get install chromium) ──");
}

const report = sampleRun({ files: 40, testsPerFile: 8, deathEvery: 11, leakEvery: 4, breachEvery: 17 });

describe.skipIf(CHROMIUM === undefined)("the page of a run", () => {
  let browser: Browser;
  let open: OpenPage | undefined;
  beforeAll(async () => {
    browser = await launchChromium();
  });
  afterAll(() => browser?.close());
  /** Whatever was done with a page: it asked for nothing and complained of nothing. */
  afterEach(async () => {
    const { requests = [], complaints = [] } = open ?? {};
    await open?.close();
    open = undefined;
    expect({ requests, complaints }).toEqual({ requests: [], complaints: [] });
  });

  async function show(options: ViewOptions = {}, run = report): Promise<Page> {
    open = await openReport(browser, run, options);
    return open.page;
  }

  const names = (page: Page): Promise<string[]> => page.locator("tbody .name > span").allTextContents();
  const column = async (page: Page, nth: number): Promise<string[]> =>
    page.locator(`tbody tr:not(.spacer) > :nth-child(${nth})`).allTextContents();

  test("says the run in figures, and who died", async () => {
    const page = await show();
    expect(await page.locator("#machine").textContent()).toContain("Vitest 4.1.12, Node 20.20.2");
    expect(await page.locator("#tiles li").allTextContents()).toContainEqual("40files");
    expect(await page.locator("#alerts .alert").count()).toBe(3);
    expect(await page.locator("#alerts").textContent()).toContain("out of memory (SIGABRT)");
  });

  test("the table sorts by each heading, both ways, and says so", async () => {
    const page = await show();
    const heading = page.locator('th[data-key="name"]');
    expect(await page.locator('th[data-key="peak"]').getAttribute("aria-sort")).toBe("descending");
    const sizes = (await column(page, 3)).filter((text) => text.endsWith("MB")).map(Number.parseFloat);
    expect(sizes.length).toBeGreaterThan(5);
    expect(sizes).toEqual([...sizes].sort((a, b) => b - a));

    await heading.locator("button").click();
    expect(await heading.getAttribute("aria-sort")).toBe("ascending");
    expect(await page.locator('th[data-key="peak"]').getAttribute("aria-sort")).toBe("none");
    const ascending = await names(page);
    expect(ascending).toEqual([...ascending].sort());
    await heading.locator("button").click();
    expect(await heading.getAttribute("aria-sort")).toBe("descending");
    expect((await names(page))[0]).not.toBe(ascending[0]);
  });

  test.each([1280, 700])("no figure of the table is cut, at %d columns of pixels", async (width) => {
    const page = await show({ width });
    const cut = await page
      .locator("tbody td.number")
      .evaluateAll((cells) =>
        cells.filter((cell) => cell.scrollWidth > cell.clientWidth).map((cell) => cell.textContent),
      );
    expect(cut).toEqual([]);
  });

  test("the filter keeps what matches, and the number is told", async () => {
    const page = await show();
    await page.selectOption("#rows-of", "tests");
    expect(await page.locator(".count[role=status]").first().textContent()).toBe("320 tests");
    await page.fill("#filter", "queue whole");
    const found = await names(page);
    expect(found.length).toBeGreaterThan(0);
    for (const name of found) expect(name).toContain("whole");
    await page.selectOption("#rows-only", "limits");
    await page.fill("#filter", "");
    expect(await page.locator(".count[role=status]").first().textContent()).toMatch(/^\d+ of 320 tests$/u);
    await page.fill("#filter", "no such test");
    expect(await names(page)).toEqual([]);
  });

  test("with the keyboard alone: to the table, through its rows, into the details and back", async () => {
    const page = await show();
    await page.focus("#filter");
    await page.keyboard.press("Tab");
    expect(await page.evaluate(() => document.activeElement?.className)).toBe("scroller");
    for (let tabs = 0; tabs < 11; tabs += 1) await page.keyboard.press("Tab");
    const focused = (): Promise<string> =>
      page.evaluate(() => document.activeElement?.getAttribute("data-index") ?? "none");
    expect(await focused()).toBe("0");
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("ArrowDown");
    expect(await focused()).toBe("2");
    await page.keyboard.press("End");
    expect(await focused()).toBe("39");
    const last = await page.evaluate(() => document.activeElement?.textContent);
    await page.keyboard.press("Enter");
    expect(await page.locator("#details-title").textContent()).toBe(last);
    await page.keyboard.press("Escape");
    expect(await page.locator("#details").isVisible()).toBe(false);
    await page.locator('th[data-key="name"] button').click();
    expect(await page.locator('tbody button[tabindex="0"]').getAttribute("data-index")).toBe("0");
  });

  test("of ten thousand rows few are in the page, and scrolling shows others", async () => {
    const page = await show({}, sampleRun({ files: 100, testsPerFile: 100, readings: 2, leakEvery: 0 }));
    await page.selectOption("#rows-of", "tests");
    expect(await page.locator("table.rows").getAttribute("aria-rowcount")).toBe("10001");
    expect((await names(page)).length).toBeLessThan(60);
    await page
      .locator(".scroller")
      .first()
      .evaluate((element) => element.scrollTo(0, 200_000));
    await page.waitForSelector('tr[aria-rowindex="5002"]');
    expect((await names(page)).length).toBeLessThan(60);
  });

  test("details lead to the flamegraph of one file, and back to that of the run", async () => {
    const page = await show();
    const first = (await names(page))[0] ?? "";
    await page.locator("tbody .name").first().click();
    await page.getByRole("button", { name: "Flamegraph of its sites" }).click();
    expect(await page.locator("#sites h2").textContent()).toBe(`Allocation sites of ${first}`);
    const ofFile = await page.locator(".flame-details").textContent();
    await page.getByRole("button", { name: "Whole run" }).click();
    expect(await page.locator("#sites h2").textContent()).toBe("Allocation sites of the whole run");
    expect(await page.locator(".flame-details").textContent()).not.toBe(ofFile);
  });

  const boxes = (page: Page) => page.locator(".flame .box");
  const widthOf = async (page: Page, name: string): Promise<number> =>
    (await boxes(page).filter({ hasText: name }).first().boundingBox())?.width ?? 0;

  test("the flamegraph zooms with the mouse and goes back", async () => {
    const page = await show({ tab: "sites" });
    const whole = (await page.locator(".flame").boundingBox())?.width ?? 0;
    const name = (await boxes(page).nth(4).textContent()) ?? "";
    const before = await widthOf(page, name);
    expect(before).toBeLessThan(whole * 0.99);
    const count = await boxes(page).count();
    await boxes(page).nth(4).click();
    expect(await page.locator('.box[aria-selected="true"]').textContent()).toBe(name);
    expect((await page.locator('.box[aria-selected="true"]').boundingBox())?.width).toBeCloseTo(whole, 0);
    await page.getByRole("button", { name: "Reset zoom" }).click();
    expect(await widthOf(page, name)).toBeCloseTo(before, 0);
    expect(await boxes(page).count()).toBe(count);
  });

  test("the flamegraph is walked, zoomed and left with the keyboard", async () => {
    const page = await show({ tab: "sites" });
    await boxes(page).first().focus();
    const depth = (): Promise<string | null> =>
      page.evaluate(() => document.activeElement?.getAttribute("aria-level") ?? null);
    const label = (): Promise<string | null> =>
      page.evaluate(() => document.activeElement?.getAttribute("aria-label") ?? null);
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("ArrowDown");
    expect(await depth()).toBe("4");
    const one = await label();
    await page.keyboard.press("ArrowRight");
    expect(await depth()).toBe("4");
    expect(await label()).not.toBe(one);
    await page.keyboard.press("ArrowLeft");
    expect(await label()).toBe(one);
    await page.keyboard.press("Enter");
    expect(await page.locator('.box[aria-selected="true"]').getAttribute("aria-label")).toBe(one);
    expect(await label()).toBe(one);
    await page.keyboard.press("Escape");
    expect(await page.locator('.box[aria-selected="true"]').getAttribute("aria-level")).toBe("1");
  });

  test("the search marks matches and says how much they hold", async () => {
    const page = await show({ tab: "sites" });
    await page.fill("#flame-search", "src/store");
    const matches = await page.locator(".box.match").count();
    expect(matches).toBeGreaterThan(0);
    expect(matches).toBeLessThan(await boxes(page).count());
    expect(await page.locator("#sites .count").textContent()).toMatch(/^[\d.]+ [kMG]B match \(\d+%\)$/u);
    await page.fill("#flame-search", "no such function");
    expect(await page.locator("#sites .count").textContent()).toBe("no match");
  });

  test("the flamegraph is of one space, or of what was alive at the peak", async () => {
    const page = await show({ tab: "sites" });
    const all = await page.locator(".flame-details").textContent();
    await page.selectOption("#flame-space", "heap");
    expect(await page.locator(".flame-details").textContent()).not.toBe(all);
    await page.selectOption("#flame-figure", "peakBytes");
    expect(await page.locator(".flame").textContent()).toContain("No site was sampled here.");
    expect(await page.locator("#sites").textContent()).toContain(
      "How much of the heap was alive at the peak is not known",
    );
  });

  test("the timeline is drawn, and read with the keyboard", async () => {
    const page = await show({ tab: "timeline" });
    expect(await page.locator(".chart").getAttribute("aria-label")).toMatch(
      /^Chart of memory over .*heap up to .* collections\.$/u,
    );
    const painted = await page.locator(".chart canvas").evaluate((canvas) => {
      const { width, height } = canvas as HTMLCanvasElement;
      const { data } = (canvas as HTMLCanvasElement).getContext("2d")?.getImageData(0, 0, width, height) ?? {
        data: [],
      };
      return new Set(Array.from(data).filter((_, index) => index % 4 === 2)).size;
    });
    expect(painted).toBeGreaterThan(10);
    await page.focus(".chart");
    await page.keyboard.press("End");
    const end = await page.locator(".readout").textContent();
    await page.keyboard.press("ArrowLeft");
    expect(await page.locator(".readout").textContent()).toMatch(/^[\d.]+ s: heap .*, RSS /u);
    expect(await page.locator(".readout").textContent()).not.toBe(end);
    await page.getByRole("button", { name: "RSS" }).click();
    expect(await page.getByRole("button", { name: "RSS" }).getAttribute("aria-pressed")).toBe("false");
  });

  test("a leak unfolds to its path, from the root to the object", async () => {
    const page = await show({ tab: "leaks" });
    const leak = page.locator("details.leak").first();
    expect(await leak.locator(".path").count()).toBe(0);
    await leak.locator("summary").press("Enter");
    await leak.locator(".path").waitFor();
    const links = await leak.locator(".path li").allTextContents();
    expect(links[0]).toBe("module src/auth/registry.ts");
    expect(links.at(-1)).toBe("variable session (Session)");
    expect(await leak.textContent()).toContain("src/auth/session.ts:9:1");
    expect(await leak.textContent()).toContain("ArrayBuffer ×3");
  });

  test("limits that broke are told with their figures", async () => {
    const page = await show({ tab: "limits" });
    expect(await page.locator(".finding").count()).toBeGreaterThan(5);
    expect(await page.locator(".finding .bad").first().textContent()).toMatch(/^peak .*, limit 1 MB/u);
  });

  test("what is better than its baseline is told beside the limits", async () => {
    const improvement = {
      of: "allocated",
      space: "buffers",
      baselineBytes: 4_000_000,
      actualBytes: 2_000_000,
      source: "baseline",
    } as const;
    const run = sampleRun({ files: 1, testsPerFile: 1, leakEvery: 0, breachEvery: 0 });
    const files = run.files.map((file) => ({
      ...file,
      tests: file.tests.map((one) => ({ ...one, improvements: [improvement] })),
    }));
    const text = "allocated (buffers) 2 MB, recorded 4 MB (baseline)";
    const page = await show({ tab: "limits" }, { ...run, files });
    expect(await page.locator("#limits .good").allTextContents()).toEqual([text]);
  });

  test("tabs are walked with arrows; a link to one opens it", async () => {
    const page = await show({ tab: "limits" });
    await page.focus("#tab-limits");
    await page.keyboard.press("ArrowRight");
    expect(await page.locator('[role="tab"][aria-selected="true"]').textContent()).toBe("Files and tests");
    await page.keyboard.press("ArrowLeft");
    expect(page.url()).toMatch(/#limits$/u);
  });

  test("the theme follows the system until it is chosen", async () => {
    const page = await show({ theme: "dark" });
    const background = (): Promise<string> => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
    const dark = await background();
    await page.selectOption("#theme", "light");
    const light = await background();
    expect(light).not.toBe(dark);
    await page.selectOption("#theme", "dark");
    expect(await background()).toBe(dark);
    await page.emulateMedia({ colorScheme: "light" });
    expect(await background()).toBe(dark);
    await page.selectOption("#theme", "system");
    expect(await background()).toBe(light);
  });

  test("a run without tests, leaks and readings shows empty views", async () => {
    const page = await show({}, sampleRun({ files: 0, testsPerFile: 0 }));
    for (const tab of ["sites", "timeline", "leaks", "limits"]) await page.click(`#tab-${tab}`);
    expect(await page.locator("#timeline").textContent()).toContain("No levels were read.");
    expect(await page.locator("#leaks").textContent()).toContain("Nobody looked");
  });

  for (const theme of ["light", "dark"] as const) {
    test.each(["table", "sites", "timeline", "leaks", "limits"])(
      `axe-core finds nothing serious in the view of %s, ${theme}`,
      async (tab) => {
        const page = await show({ theme, tab });
        if (tab === "leaks") await page.locator("details.leak summary").first().click();
        if (tab === "sites") await page.fill("#flame-search", "store");
        expect(await violations(page)).toEqual([]);
        if (tab !== "table") return;
        await page.locator("tbody .name").first().click();
        expect(await violations(page)).toEqual([]);
      },
    );
  }

  test("at 700 columns of pixels nothing but tables is wider than the page", async () => {
    for (const tab of ["table", "sites", "timeline", "leaks", "limits"]) {
      const page = await show({ width: 700, tab });
      expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(700);
      await open?.close();
      open = undefined;
    }
  });
});
