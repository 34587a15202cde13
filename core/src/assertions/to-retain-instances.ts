import type { WayAlive } from "../measure/why-alive.js";
import { alignColumns, wrapText } from "./layout.js";
import { counted } from "./numbers.js";
import type { AssertionOutcome, MessageContext } from "./outcome.js";
import { pathLines, unknownLines } from "./retaining-path.js";
import { type MessageStyle, PLAIN_STYLE } from "./style.js";

const DOCS = "docs/matchers/toRetainInstances.md";

export interface InstanceFacts {
  readonly name: string;
  /** New instances that are alive. */
  readonly alive: number;
  readonly allowed: number;
}

export interface InstancesAssertion {
  /** How the call reads: `expect(fn).toRetainInstances({ Session: 0 })`. */
  readonly headline: string;
  /** Live new instances by constructor name. */
  readonly alive: Readonly<Record<string, number>>;
  /** Allowed ones by constructor name. */
  readonly allowed: Readonly<Record<string, number>>;
  /** What keeps new instances alive, where that was found out. */
  readonly ways?: readonly WayAlive[];
  /** Why that could not be found out. */
  readonly problem?: string | null;
  readonly context: MessageContext;
}

/** Passes when no class has more new live instances than are allowed for it; the number allowed passes. */
export function assertRetainInstances(assertion: InstancesAssertion): AssertionOutcome<readonly InstanceFacts[]> {
  const facts = Object.entries(assertion.allowed).map(([name, allowed]): InstanceFacts => {
    const alive = assertion.alive[name];
    if (alive === undefined) throw new RangeError(`${name} was not counted`);
    return { name, alive, allowed };
  });
  return {
    pass: facts.every((fact) => fact.alive <= fact.allowed),
    facts,
    message: (style = PLAIN_STYLE) => instancesMessage(assertion, facts, style),
  };
}

function instancesMessage(
  { headline, context, ways = [], problem = null }: InstancesAssertion,
  facts: readonly InstanceFacts[],
  style: MessageStyle,
): string {
  const rows = facts.map((fact) => [
    { text: fact.name, paint: style.strong },
    { text: `${fact.alive} alive`, align: "right" as const, paint: overPaint(fact, style) },
    { text: fact.allowed === 1 ? "1 allowed" : `${fact.allowed} allowed`, align: "right" as const },
    { text: verdict(fact) },
  ]);
  const next = context.isNot
    ? "`.not` asserts that at least one class has more live instances than named."
    : `look for what still refers to ${namesOver(facts)}; ${DOCS} explains what counts as alive.`;
  return [
    style.strong(headline),
    "",
    ...alignColumns(rows, 2),
    ...(context.isNot ? [] : [...aliveLines(ways, facts, context, style), ...unknownLines(problem)]),
    "",
    ...(context.isNot ? wrapText(next, 2) : wrapText(next, 2, "Next: ")),
  ].join("\n");
}

/** Ways that a short message shows. */
const SHORT_WAYS = 3;

/** What keeps instances of which there are too many alive. */
function aliveLines(
  ways: readonly WayAlive[],
  facts: readonly InstanceFacts[],
  context: MessageContext,
  style: MessageStyle,
): readonly string[] {
  const over = new Set(facts.filter((fact) => fact.alive > fact.allowed).map((fact) => fact.name));
  const told = ways.filter((way) => over.has(way.type));
  if (told.length === 0) return [];
  const shown = context.verbose ? told : told.slice(0, SHORT_WAYS);
  const lines = shown.flatMap(({ type, path }) => [
    "",
    `  ${style.strong(type)}, alive by`,
    ...pathLines(path, context.root, 4),
  ]);
  const rest = told.length - shown.length;
  return rest === 0 ? lines : [...lines, "", `  ${counted(rest, "more way")}`];
}

function overPaint(fact: InstanceFacts, style: MessageStyle): (text: string) => string {
  return fact.alive > fact.allowed ? style.bad : style.good;
}

function verdict(fact: InstanceFacts): string {
  return fact.alive > fact.allowed ? `${fact.alive - fact.allowed} too many` : "";
}

function namesOver(facts: readonly InstanceFacts[]): string {
  const names = facts.filter((fact) => fact.alive > fact.allowed).map((fact) => fact.name);
  return names.length === 1 ? `the ${names[0]} instances` : `the instances of ${names.join(", ")}`;
}
