// The sieve of Eratosthenes up to five million: a long array, updated in place.
function main() {
  const limit = 5000000;
  const composite = [];
  for (let i = 0; i <= limit; i++) composite.push(false);
  let count = 0;
  let last = 0;
  for (let i = 2; i <= limit; i++) {
    if (!composite[i]) {
      count++;
      last = i;
      let multiple = i * i;
      while (multiple <= limit) {
        composite[multiple] = true;
        multiple += i;
      }
    }
  }
  print(`${count} ${last}`);
}
main();
