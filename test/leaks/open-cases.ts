// What the corpus says and a report does not say, and why. Whoever mends one takes it off the list.

/** Cases whose verdict is not right every time. */
export const OPEN_VERDICTS: readonly string[] = [];

const ONE_BUFFER =
  "Nothing new on the heap stands for one buffer that gets larger: where it grows is told, not what keeps it.";

/** Cases whose verdict is right, but whose type, function, retaining name or amount is not what the source says. */
export const OPEN_EVIDENCE: Readonly<Record<string, string>> = {
  "a queue that is written faster than it is read":
    "Two a call are born, and what leaves the queue is the oldest: the newest batches, which alone are alive, have two a call.",
  "one buffer that is joined with the next": ONE_BUFFER,
  "one buffer that is resized and resized": ONE_BUFFER,
  "a memory of WebAssembly that grows": ONE_BUFFER,
  "a table of WebAssembly that grows":
    "Its entries are made anew too seldom for the calls that record stacks: the table is named, not where it grows.",
  "descriptors that are not closed": "A handle has the site of the object that owns it, and a number owns nothing.",
  "sockets that are not ended": "The server's side of each is a socket with a handle, too: two a call.",
  "threads that are never ended":
    "A call takes so long that allocations are sampled, and a small object is seldom among them.",
};
