// Closures that capture, are composed, and carry state.
const adder = (n) => (x) => x + n;
const compose = (f, g) => (x) => f(g(x));

function counter() {
  let count = 0;
  return (step) => {
    count += step;
    return count;
  };
}

function main() {
  let total = 0;
  for (let i = 0; i < 1500000; i++) {
    const f = compose(adder(i), (x) => x * 3);
    total = (total + f(i)) % 1000003;
  }
  const next = counter();
  for (let i = 0; i < 5000000; i++) total = (total + next(i % 3)) % 1000003;
  print(total);
}
main();
