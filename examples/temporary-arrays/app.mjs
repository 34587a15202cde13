// The same list made twice: by `push`, for which V8 moves the elements into a larger store again and again, and in an array that is
// as long as it will be from the start.
//   node app.mjs [lists]
const lists = Number(process.argv[2] ?? 400);
const LENGTH = 20_000;

function byPush() {
  const list = [];
  for (let index = 0; index < LENGTH; index++) list.push(index);
  return list;
}

function preallocated() {
  const list = new Array(LENGTH);
  for (let index = 0; index < LENGTH; index++) list[index] = index;
  return list;
}

function repeat(make) {
  let sum = 0;
  for (let times = 0; times < lists; times++) sum += make()[LENGTH - 1];
  return sum;
}

console.log(`push ${repeat(byPush)}, preallocated ${repeat(preallocated)}`);
