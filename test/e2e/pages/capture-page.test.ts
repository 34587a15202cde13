import type { Browser, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import type { CaptureRow } from "../../../core/src/capture-files/model/capture.js";
import { renderDifferencePage } from "../../../core/src/reports/capture/html/render-difference.js";
import {
  type CapturePageOptions,
  renderCapturePage,
  type ShownCapture,
} from "../../../core/src/reports/capture/html/render-views.js";
import { formatSize } from "../../../core/src/sizes/format-size.js";
import { violations } from "./axe.js";
import { CHROMIUM, launchChromium } from "./chromium.js";
import { type OpenPage, openHtml, type ViewOptions } from "./open-page.js";
import { sampleCapture } from "./sample-capture.js";

const ALL_VIEWS = ["peak", "leaked", "temporary", "allocated"] as const;

describe.skipIf(CHROMIUM === undefined)("the page of a capture", () => {
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

  async function showHtml(html: string, view: ViewOptions = {}): Promise<Page> {
    open = await openHtml(browser, html, view);
    return open.page;
  }
  const show = (capture: ShownCapture, options: CapturePageOptions = {}, view: ViewOptions = {}): Promise<Page> =>
    showHtml(renderCapturePage(capture, options), view);

  const boxes = (page: Page) => page.locator(".flame .box");
  const total = async (page: Page): Promise<string> => (await page.locator(".total").textContent()) ?? "";
  const column = (page: Page, nth: number): Promise<string[]> =>
    page.locator(`tbody tr:not(.spacer):not(.inner) > :nth-child(${nth})`).allTextContents();
  const bytesOf = (rows: readonly CaptureRow[]): number => rows.reduce((sum, { bytes }) => sum + bytes, 0);

  test("says what was recorded, when, on what, and how it ended", async () => {
    const page = await show(sampleCapture());
    expect(await page.locator("h1").textContent()).toBe("Memory of main.ts --port 8080");
    expect(await page.locator("#machine").textContent()).toBe(
      "Node 24.4.1, linux x64, process 4711 · 2026-11-29 13:05:11 UTC · app.memspec",
    );
    expect(await page.locator("#tiles li").allTextContents()).toContain("8.0 sexit code 0");
    expect(await page.locator("#view-title").textContent()).toBe(
      "Alive at the high-water mark, 5.12 s after the start",
    );
    expect(await page.locator("#alerts .alert").count()).toBe(0);
  });

  test("says how far the file of a killed process can be read", async () => {
    const page = await show(sampleCapture({ killed: true }));
    expect((await page.locator("#alerts .alert").allTextContents()).join(" ")).toMatch(
      /up to byte 1,048,592: a chunk is incomplete.*did not end in order/u,
    );
  });

  test("is of one space, of one thread, and of each view that it holds, with the sums of their rows", async () => {
    const capture = sampleCapture({ views: ALL_VIEWS });
    const page = await show(capture);
    const rowsOf = (view: number): readonly CaptureRow[] => capture.shown[view]?.view.rows ?? [];
    expect(await total(page)).toContain(`~${formatSize(bytesOf(rowsOf(0)))}`);
    await page.selectOption("#space", "buffers");
    expect(await total(page)).toMatch(
      new RegExp(`^${formatSize(bytesOf(rowsOf(0).filter(({ space }) => space === "buffers")))} in \\d`, "u"),
    );
    await page.selectOption("#space", "all");
    await page.selectOption("#thread", "2");
    expect(await total(page)).toContain(formatSize(bytesOf(rowsOf(0).filter(({ thread }) => thread === 2))));
    await page.selectOption("#thread", "all");
    for (const [index, name] of ["alive at the end", "temporary", "all allocated"].entries()) {
      await page.selectOption("#view", { label: name });
      expect(await total(page)).toContain(`~${formatSize(bytesOf(rowsOf(index + 1)))}`);
    }
    expect(await page.locator("#view-title").textContent()).toBe("Allocated, freed or not");
  });

  test("the flamegraph folds frames of Node until all are asked for", async () => {
    const page = await show(sampleCapture());
    const names = (): Promise<string[]> => boxes(page).evaluateAll((all) => all.map((box) => box.ariaLabel ?? ""));
    expect((await names()).filter((name) => name.startsWith("Module."))).toEqual([]);
    expect((await names()).filter((name) => name.startsWith("(Node)")).length).toBeGreaterThan(0);
    await page.check("#all-frames");
    expect((await names()).filter((name) => name.startsWith("Module._compile")).length).toBe(1);
    expect((await names()).filter((name) => name.startsWith("(Node)"))).toEqual([]);
  });

  test("the flamegraph zooms, shows the way there, and goes back along it", async () => {
    const page = await show(sampleCapture());
    const whole = (await page.locator(".flame").boundingBox())?.width ?? 0;
    const deep = boxes(page).and(page.locator('[aria-level="6"]')).first();
    const label = (await deep.getAttribute("aria-label")) ?? "";
    await deep.click();
    const selected = page.locator('.box[aria-selected="true"]');
    expect(await selected.getAttribute("aria-label")).toBe(label);
    expect((await selected.boundingBox())?.width).toBeCloseTo(whole, 0);
    expect(await page.locator(".crumbs > *").count()).toBe(6);
    await page.locator(".crumbs button").nth(2).click();
    expect(await selected.getAttribute("aria-level")).toBe("3");
    await page.getByRole("button", { name: "Reset zoom" }).click();
    expect(await page.locator(".crumbs > *").count()).toBe(0);
  });

  test("inverted, what allocated comes first; the bytes are the same", async () => {
    const capture = sampleCapture();
    const page = await show(capture);
    const first = (): Promise<string[]> =>
      page.locator('.box[aria-level="2"]').evaluateAll((all) => all.map((box) => box.ariaLabel ?? ""));
    const before = await total(page);
    expect((await first()).some((label) => label.startsWith("png::Decoder"))).toBe(false);
    await page.check("#inverted");
    expect((await first()).some((label) => label.startsWith("png::Decoder"))).toBe(true);
    expect(await total(page)).toBe(before);
  });

  test("with the root at the bottom, arrows lead the other way", async () => {
    const page = await show(sampleCapture(), { direction: "flame" });
    const top = async (level: number): Promise<number> =>
      (await page.locator(`.box[aria-level="${level}"]`).first().boundingBox())?.y ?? Number.NaN;
    expect(await top(1)).toBeGreaterThan(await top(2));
    await boxes(page).first().focus();
    await page.keyboard.press("ArrowUp");
    const level = (): Promise<string | null | undefined> => page.evaluate(() => document.activeElement?.ariaLevel);
    expect(await level()).toBe("2");
    await page.keyboard.press("ArrowDown");
    expect(await level()).toBe("1");
    await page.selectOption("#direction", "icicle");
    expect(await top(1)).toBeLessThan(await top(2));
  });

  test("the flamegraph is walked, zoomed and left with the keyboard; pointing tells bytes, count and share", async () => {
    const page = await show(sampleCapture());
    await boxes(page).first().focus();
    for (const key of ["ArrowDown", "ArrowDown", "ArrowDown", "ArrowRight"]) await page.keyboard.press(key);
    const label = await page.evaluate(() => document.activeElement?.ariaLabel);
    await page.keyboard.press("Enter");
    expect(await page.locator('.box[aria-selected="true"]').getAttribute("aria-label")).toBe(label);
    await page.keyboard.press("Escape");
    expect(await page.locator('.box[aria-selected="true"]').getAttribute("aria-level")).toBe("1");
    await boxes(page).nth(2).hover();
    expect(await page.locator(".tooltip").textContent()).toMatch(/~[\d.]+ MB \(>?\d+%\), ~[\d,]+ allocations/u);
    await page.mouse.move(5, 5);
    expect(await page.locator(".tooltip").isVisible()).toBe(false);
  });

  test("the search marks matches and says how much they hold", async () => {
    const page = await show(sampleCapture());
    await page.fill("#flame-search", "png");
    expect(await page.locator(".box.match").count()).toBeGreaterThan(0);
    expect(await page.locator("#flame .count").textContent()).toMatch(/^~[\d.]+ [kM]B match \(\d+%\)$/u);
  });

  const temporal = sampleCapture({ temporal: true });

  /** What the buckets `from` to `to` left behind, in bytes. */
  function leftBehind(from: number, to: number): number {
    const { cells } = temporal.reading.temporal ?? { cells: undefined };
    if (cells === undefined) return Number.NaN;
    return [...cells.group.keys()]
      .filter((at) => (cells.born[at] ?? 0) >= from && (cells.born[at] ?? 0) <= to && (cells.freed[at] ?? 0) > to)
      .reduce((sum, at) => sum + (cells.bytes[at] ?? 0), 0);
  }

  test("a window is dragged on the timeline: what it left behind is shown", async () => {
    const page = await show(temporal);
    expect(await total(page)).toContain(`~${formatSize(leftBehind(0, 159))}`);
    const chart = await page.locator(".chart .u-over").boundingBox();
    if (chart === null) throw new Error("there is no chart");
    await page.mouse.move(chart.x + chart.width * 0.302, chart.y + 30);
    await page.mouse.down();
    await page.mouse.move(chart.x + chart.width * 0.552, chart.y + 50, { steps: 4 });
    await page.mouse.up();
    await page.waitForFunction(() => document.querySelector("#view-title")?.textContent?.includes("2.40 s"));
    expect(await page.locator("#view-title").textContent()).toBe(
      "Allocated from 2.40 s to 4.45 s, alive at the end of that window",
    );
    expect(await total(page)).toContain(`~${formatSize(leftBehind(48, 88))}`);
    const shown = await page.locator(".u-select").boundingBox();
    expect((shown?.width ?? 0) / chart.width).toBeCloseTo(41 / 160, 2);
    expect(await page.locator(".window").textContent()).toContain("Resolution: 50 ms");
  });

  test("a window is moved with the keyboard, and left for another view", async () => {
    const page = await show(temporal);
    await page.focus("#window-to");
    for (let presses = 0; presses < 3; presses += 1) await page.keyboard.press("ArrowLeft");
    await page.waitForFunction(() => document.querySelector("#view-title")?.textContent?.includes("7.85 s"));
    expect(await total(page)).toContain(`~${formatSize(leftBehind(0, 156))}`);
    expect(await page.locator("#window-to").getAttribute("aria-valuetext")).toBe("7.85 s");
    await page.selectOption("#view", { label: "peak" });
    expect(await page.locator("#view-title").textContent()).toContain("high-water mark");
    expect(await page.locator(".u-select").isVisible()).toBe(false);
    await page.getByRole("button", { name: "Whole recording" }).click();
    await page.waitForFunction(() => document.querySelector("#view-title")?.textContent?.includes("to 8.00 s"));
    expect(await page.locator("#view").inputValue()).toBe("window");
  });

  test("source is shown when asked for, and told to be in the page", async () => {
    const text = Array.from({ length: 200 }, (_, at) => `const line${at + 1} = 1;`).join("\n");
    const page = await show(sampleCapture(), {
      readSource: (file) =>
        file.startsWith("/srv/app/src/") ? { text, changedMs: Date.parse("2026-11-29T14:00:00Z") } : null,
    });
    expect(await page.locator(".source").isVisible()).toBe(false);
    await page.check("#show-source");
    await page.locator('.box[aria-level="4"].user').first().click();
    const place = (await page.locator(".flame-details code").textContent()) ?? "";
    const line = /:(\d+):\d+$/u.exec(place)?.[1];
    expect(await page.locator(".source .here").textContent()).toBe(`const line${line} = 1;`);
    expect(await page.locator(".source").textContent()).toContain("This page holds source");
    expect(await page.locator(".source").textContent()).toContain("was changed after the recording began");
    expect(await page.locator(".lines li").count()).toBe(13);
  });

  test("without source there is nothing to ask for", async () => {
    const page = await show(sampleCapture());
    expect(await page.locator("#show-source").count()).toBe(0);
  });

  test("the table has a row for each site, thread and allocator, sorts by each heading, and filters", async () => {
    const capture = sampleCapture();
    const page = await show(capture, { first: "table" });
    for (const key of ["bytes", "total", "count", "average", "name", "space", "thread"]) {
      const heading = page.locator(`th[data-key="${key}"]`);
      await heading.locator("button").click();
      expect(await heading.getAttribute("aria-sort")).not.toBe("none");
    }
    await page.locator('th[data-key="bytes"] button').click();
    const sizes = (await column(page, 2))
      .filter((text) => text.endsWith("MB"))
      .map((text) => Number.parseFloat(text.replace("~", "")));
    expect(sizes.length).toBeGreaterThan(3);
    expect(sizes).toEqual([...sizes].sort((a, b) => b - a));
    const buffers = (capture.shown[0]?.view.rows ?? []).filter(({ space }) => space === "buffers");
    await page.fill("#filter", "buffers");
    expect(await page.locator("#table .count").textContent()).toContain(formatSize(bytesOf(buffers)));
    for (const space of await column(page, 7)) expect(space).toBe("buffers");
  });

  test("a site unfolds to its stacks with the keyboard, and folds again", async () => {
    const page = await show(sampleCapture(), { first: "table" });
    const first = page.locator("tbody .name").first();
    const name = (await first.locator("span").textContent()) ?? "";
    await first.focus();
    await page.keyboard.press("Enter");
    expect(await page.locator("tbody .name").first().getAttribute("aria-expanded")).toBe("true");
    const stack = await page.locator(".stacks .stack").first().textContent();
    expect(stack).toContain(name);
    expect(stack).toContain("2 frames of Node");
    await page.keyboard.press("ArrowDown");
    expect(await page.evaluate(() => document.activeElement?.getAttribute("data-index"))).toBe("1");
    await page.keyboard.press("ArrowUp");
    await page.keyboard.press("Enter");
    expect(await page.locator(".stacks").count()).toBe(0);
  });

  const before = sampleCapture();
  /** Every third row has shrunk, every other third grown; lines have moved. */
  function afterOf({ info, reading, shown }: ShownCapture): ShownCapture {
    const [first] = shown;
    if (first === undefined) throw new Error("there is no view");
    const rows = first.view.rows.map((row, index) => ({ ...row, bytes: row.bytes * ([1, 3, 0.5][index % 3] ?? 1) }));
    return { info, reading, shown: [{ ...first, view: { ...first.view, rows } }] };
  }
  const after = afterOf(sampleCapture({ shift: 4, cwd: "/srv/next" }));
  const difference = (): string => {
    const side = ({ info, reading, shown: [view] }: ShownCapture) => ({
      info,
      reading,
      view: view as NonNullable<typeof view>,
    });
    return renderDifferencePage(side(before), side(after));
  };

  test("a difference names what grew most first, with what was and what is", async () => {
    const page = await showHtml(difference());
    const [was, is] = [before, after].map(({ shown }) => bytesOf(shown[0]?.view.rows ?? [])) as [number, number];
    expect(await total(page)).toContain(
      `~+${formatSize(Math.round(is - was))} from ~${formatSize(Math.round(was))} to ~${formatSize(Math.round(is))}`,
    );
    const changes = await column(page, 2);
    expect(changes[0]).toMatch(/^~?\+/u);
    await page.locator('th[data-key="change"] button').click();
    expect((await column(page, 2))[0]).toMatch(/^~?−/u);
    await page.locator("tbody .name").first().click();
    expect(await page.locator(".stacks p").first().textContent()).toMatch(/ from ~?[\d.]+ [kM]?B to /u);
  });

  test("a differential flamegraph says in words and numbers what its colours say", async () => {
    const page = await showHtml(difference(), { tab: "flame" });
    const grown = page.locator('.box[class*="grew"]');
    const shrunk = page.locator('.box[class*="shrank"]');
    expect(await grown.count()).toBeGreaterThan(3);
    expect(await shrunk.count()).toBeGreaterThan(3);
    expect(await grown.first().locator("span").getAttribute("data-before")).toMatch(/^▲ ~?\+[\d.]+ [kM]?B$/u);
    for (const label of await shrunk.evaluateAll((all) => all.map((box) => box.ariaLabel)))
      expect(label).toMatch(/, shrank by ~?[\d.]+ [kM]?B, from /u);
    const same = (): Promise<number> => page.locator(".box.same").count();
    const narrow = await same();
    await page.selectOption("#width", "after");
    expect(await same()).toBeGreaterThan(narrow);
  });

  const PAGES: Readonly<Record<string, () => string>> = {
    flame: () => renderCapturePage(sampleCapture({ views: ALL_VIEWS })),
    table: () => renderCapturePage(sampleCapture({ views: ALL_VIEWS }), { first: "table" }),
    temporal: () => renderCapturePage(sampleCapture({ temporal: true, killed: true })),
    difference,
  };
  for (const theme of ["light", "dark"] as const) {
    test.each(Object.keys(PAGES))(`axe-core finds nothing serious in %s, ${theme}`, async (name) => {
      const page = await showHtml(PAGES[name]?.() ?? "", { theme });
      if (name === "table" || name === "difference") await page.locator("tbody .name").first().click();
      else await page.locator('.box[aria-level="4"]').first().click();
      expect(await violations(page)).toEqual([]);
      if (name !== "difference") return;
      await page.click("#tab-flame");
      expect(await violations(page)).toEqual([]);
    });
  }

  test.each([1280, 800])(
    "at %d columns of pixels nothing is wider than the page, and no figure is cut",
    async (width) => {
      for (const [name, html] of Object.entries(PAGES)) {
        const page = await showHtml(html(), { width });
        expect(await page.evaluate(() => document.documentElement.scrollWidth), name).toBe(width);
        const cut = await page
          .locator("tbody td.number")
          .evaluateAll((cells) =>
            cells.filter((cell) => cell.scrollWidth > cell.clientWidth).map((cell) => cell.textContent),
          );
        expect(cut, name).toEqual([]);
        await open?.close();
        open = undefined;
      }
    },
  );

  test("ten thousand sites, twenty thousand stacks, windows of time: below ten megabytes, few rows in the page", async () => {
    const capture = sampleCapture({ stacks: 20_000, functions: 10_000, views: ALL_VIEWS, temporal: true });
    const html = renderCapturePage(capture);
    expect(html.length).toBeLessThan(10_000_000);
    const page = await showHtml(html);
    await page.click("#tab-table");
    expect(Number(await page.locator("table.rows").getAttribute("aria-rowcount"))).toBeGreaterThan(5000);
    expect((await column(page, 1)).length).toBeLessThan(60);
  });

  test("a capture of nothing shows empty views", async () => {
    const capture = sampleCapture();
    const [first] = capture.shown;
    if (first === undefined) throw new Error("there is no view");
    const view = { ...first.view, rows: [], bytes: 0, count: 0, unknownSpaces: ["heap"] as const };
    const page = await show({ ...capture, shown: [{ ...first, view }] });
    expect(await page.locator(".flame").textContent()).toBe("Nothing was allocated here.");
    expect(await total(page)).toContain("heap: not known");
    await page.click("#tab-table");
    expect(await page.locator("#table .count").textContent()).toBe("0 sites");
  });
});
