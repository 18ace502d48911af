// Maps, filters and sums 200,000 readings as a gateway would: a new object for each, one with a field replaced. Five times over: a million.
function readings(count) {
  const list = [];
  for (let i = 0; i < count; i++) list.push({ device: i % 16, seq: i, raw: (i * 37) % 4096, quality: i % 10 });
  return list;
}

function main() {
  const input = readings(200000);
  let total = 0;
  let kept = 0;
  for (let round = 0; round < 5; round++) {
    const scaled = input.map((r) => ({ device: r.device, seq: r.seq, value: r.raw * 5 - 273, ok: r.quality > 1 }));
    const good = scaled.filter((r) => r.ok);
    const shifted = good.map((r) => ({ ...r, value: r.value + round }));
    for (const r of shifted) total += r.value;
    kept += shifted.length;
  }
  print(`${kept} ${total}`);
}
main();
