// Builds binary trees of short arrays and walks them: allocation, recursion, the collector.
function make(depth) {
  return depth === 0 ? [null, null] : [make(depth - 1), make(depth - 1)];
}

function count(tree) {
  return tree[0] === null ? 1 : 1 + count(tree[0]) + count(tree[1]);
}

function main() {
  const kept = make(16);
  let nodes = 0;
  for (let round = 0; round < 400; round++) nodes += count(make(10));
  for (let round = 0; round < 12; round++) nodes += count(make(14));
  print(`${nodes} ${count(kept)}`);
}
main();
