// Builds a log of 100,000 lines by interpolation, joins it, splits it again and counts words. Five times over.
function build(count) {
  const lines = [];
  for (let i = 0; i < count; i++) lines.push(`sensor-${i % 97};${(i * 7) % 1000};ok`);
  return lines.join("\n");
}

function main() {
  let total = 0;
  let bytes = 0;
  let alarms = 0;
  for (let round = 0; round < 5; round++) {
    const text = build(100000);
    bytes += text.length;
    for (const line of text.split("\n")) {
      const fields = line.split(";");
      total += parseInt(fields[1], 10);
      if (fields[0] === "sensor-13") alarms++;
    }
  }
  print(`${bytes} ${total} ${alarms}`);
}
main();
