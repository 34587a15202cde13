import type { RetainingPath } from "../graph/types.js";
import { alignColumns, wrapText } from "./layout.js";
import type { AssertionOutcome, MessageContext } from "./outcome.js";
import { pathLines, unknownLines } from "./retaining-path.js";
import { type MessageStyle, PLAIN_STYLE } from "./style.js";

const DOCS = "docs/matchers/toBeCollected.md";

export interface CollectedFacts {
  readonly collected: boolean;
  /** "" when the object has none. */
  readonly constructorName: string;
}

export interface CollectedAssertion extends CollectedFacts {
  /** How the call reads: `expect(factory).toBeCollected()`. */
  readonly headline: string;
  /** What keeps it alive; `null`: unknown. */
  readonly path?: RetainingPath | null;
  /** Why that could not be found out. */
  readonly problem?: string | null;
  readonly context: MessageContext;
}

/** Passes when the object was collected once it had been dropped. */
export function assertBeCollected(assertion: CollectedAssertion): AssertionOutcome<CollectedFacts> {
  const { collected, constructorName } = assertion;
  return {
    pass: collected,
    facts: { collected, constructorName },
    message: (style = PLAIN_STYLE) => collectedMessage(assertion, style),
  };
}

function collectedMessage(
  { headline, context, collected, constructorName, path = null, problem = null }: CollectedAssertion,
  style: MessageStyle,
): string {
  const object = constructorName === "" ? "an object without a constructor" : `a ${constructorName}`;
  const rows = [
    [{ text: "object" }, { text: object, paint: style.strong }],
    [
      { text: "state" },
      collected
        ? { text: "collected after it was dropped", paint: context.isNot ? style.bad : style.good }
        : { text: "still alive after it was dropped and collections had settled", paint: style.bad },
    ],
  ];
  const next = context.isNot
    ? wrapText("`.not` asserts that something keeps the object alive.", 2)
    : wrapText(
        `look for what still refers to it: a module-level collection, a listener, a timer, a closure; ${DOCS} lists them.`,
        2,
        "Next: ",
      );
  const known = path === null ? unknownLines(problem) : ["", "  alive by", ...pathLines(path, context.root, 4)];
  const why = context.isNot ? [] : known;
  return [style.strong(headline), "", ...alignColumns(rows, 2), ...why, "", ...next].join("\n");
}
