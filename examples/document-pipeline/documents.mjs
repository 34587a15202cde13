// Documents that nobody wrote: the same number gives the same text.
const SYLLABLES = ["ka", "lo", "mi", "ra", "te", "su", "no", "vi", "da", "pe"];
const WORDS = 6000;

function wordOf(number) {
  let word = "";
  for (let rest = number + 7; rest > 0; rest = Math.floor(rest / SYLLABLES.length))
    word += SYLLABLES[rest % SYLLABLES.length];
  return word;
}

export function makeDocument(id) {
  let state = (id + 1) * 2654435761;
  const words = Array.from({ length: WORDS }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    // Few words are frequent, most are rare.
    return wordOf(Math.floor((state / 2 ** 32) ** 3 * 20_000));
  });
  return { title: `Document ${id}`, text: words.join(" ") };
}
