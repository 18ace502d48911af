// A million messages through three stages into a sum: lazy, one by one.
function* source(count) {
  for (let n = 0; n < count; n++) yield n;
}

function* mapped(source, f) {
  for (const x of source) yield f(x);
}

function* filtered(source, f) {
  for (const x of source) if (f(x)) yield x;
}

function main() {
  const messages = mapped(
    filtered(mapped(source(1000000), (n) => n * 3), (n) => n % 2 === 0),
    (n) => n + 1,
  );
  let total = 0;
  for (const n of messages) total += n;
  print(String(total));
}
main();
