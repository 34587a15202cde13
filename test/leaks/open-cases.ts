// What the corpus says and a report does not say, and why. Whoever mends one takes it off the list.

/** Cases whose verdict is not right every time. */
export const OPEN_VERDICTS: readonly string[] = [];

/** Cases whose verdict is right, but whose type, function, retaining name or amount is not what the source says. */
export const OPEN_EVIDENCE: Readonly<Record<string, string>> = {
  "blocks of 20000 B by malloc on another thread, kept":
    "No JavaScript runs on the thread that allocates: its stack does not lead to the function that asked for it.",
};

/** The same by Node's major, where it is right on others. */
export const OPEN_EVIDENCE_ON: Readonly<Record<number, Readonly<Record<string, string>>>> = {
  26: {
    "scripts, kept":
      "V8 14's snapshot has a Script and the C++ object of Node's that it wraps as one node of native kind (\"Node / ContextifyScript\"), which is no member of a group: its code and its block are told, not the Script.",
  },
};
