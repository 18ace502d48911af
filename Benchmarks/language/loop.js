// A counting loop and a while loop over integers.
function main() {
  let sum = 0;
  for (let i = 0; i < 20000000; i++) sum = (sum + i * 3) % 1000003;
  let steps = 0;
  for (let start = 1; start < 60000; start++) {
    let n = start;
    while (n !== 1) {
      if (n % 2 === 0) n = Math.floor(n / 2);
      else n = 3 * n + 1;
      steps++;
    }
  }
  print(`${sum} ${steps}`);
}
main();
