// What the corpus says and a report does not say, and why. Whoever mends one takes it off the list.

/** Cases whose verdict is not right every time. */
export const OPEN_VERDICTS: readonly string[] = [];

/** Cases whose verdict is right, but whose type, function, retaining name or amount is not what the source says. */
export const OPEN_EVIDENCE: Readonly<Record<string, string>> = {
  "blocks of 20000 B by malloc on another thread, kept":
    "No JavaScript runs on the thread that allocates: its stack does not lead to the function that asked for it.",
};
