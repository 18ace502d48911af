// The planets' motion (symplectic Euler): floating point in fields of objects, updated in place.
const pi = 3.141592653589793;
const solar_mass = 4 * pi * pi;
const days = 365.24;
const sqrt = Math.sqrt;

function system() {
  return [
    {x: 0.0, y: 0.0, z: 0.0, vx: 0.0, vy: 0.0, vz: 0.0, mass: solar_mass},
    {
      x: 4.84143144246472090e+00, y: -1.16032004402742839e+00, z: -1.03622044471123109e-01,
      vx: 1.66007664274403694e-03 * days, vy: 7.69901118419740425e-03 * days, vz: -6.90460016972063023e-05 * days,
      mass: 9.54791938424326609e-04 * solar_mass,
    },
    {
      x: 8.34336671824457987e+00, y: 4.12479856412430479e+00, z: -4.03523417114321381e-01,
      vx: -2.76742510726411899e-03 * days, vy: 4.99852801234917238e-03 * days, vz: 2.30417297573763929e-05 * days,
      mass: 2.85885980666130812e-04 * solar_mass,
    },
    {
      x: 1.28943695621391310e+01, y: -1.51111514016986312e+01, z: -2.23307578892655734e-01,
      vx: 2.96460137564761618e-03 * days, vy: 2.37847173959480950e-03 * days, vz: -2.96589568540237556e-05 * days,
      mass: 4.36624404335156298e-05 * solar_mass,
    },
    {
      x: 1.53796971148509165e+01, y: -2.59193146099879641e+01, z: 1.79258772950371181e-01,
      vx: 2.68067772490389322e-03 * days, vy: 1.62824170038242295e-03 * days, vz: -9.51592254519715870e-05 * days,
      mass: 5.15138902046611451e-05 * solar_mass,
    },
  ];
}

function energy(bodies) {
  let e = 0.0;
  for (let i = 0; i < bodies.length; i++) {
    const a = bodies[i];
    e += 0.5 * a.mass * (a.vx * a.vx + a.vy * a.vy + a.vz * a.vz);
    for (let j = i + 1; j < bodies.length; j++) {
      const b = bodies[j];
      const dx = a.x - b.x;
      const dy = a.y - b.y;
      const dz = a.z - b.z;
      e -= (a.mass * b.mass) / sqrt(dx * dx + dy * dy + dz * dz);
    }
  }
  return e;
}

function main() {
  const bodies = system();
  const count = bodies.length;
  let px = 0.0;
  let py = 0.0;
  let pz = 0.0;
  for (const b of bodies) {
    px += b.vx * b.mass;
    py += b.vy * b.mass;
    pz += b.vz * b.mass;
  }
  bodies[0].vx = -px / solar_mass;
  bodies[0].vy = -py / solar_mass;
  bodies[0].vz = -pz / solar_mass;
  const first = Math.floor(energy(bodies) * 1e9);
  const dt = 0.01;
  for (let step = 0; step < 200000; step++) {
    for (let i = 0; i < count; i++) {
      for (let j = i + 1; j < count; j++) {
        const a = bodies[i];
        const b = bodies[j];
        const dx = a.x - b.x;
        const dy = a.y - b.y;
        const dz = a.z - b.z;
        const d2 = dx * dx + dy * dy + dz * dz;
        const mag = dt / (d2 * sqrt(d2));
        const mi = a.mass * mag;
        const mj = b.mass * mag;
        a.vx -= dx * mj;
        a.vy -= dy * mj;
        a.vz -= dz * mj;
        b.vx += dx * mi;
        b.vy += dy * mi;
        b.vz += dz * mi;
      }
    }
    for (let i = 0; i < count; i++) {
      const b = bodies[i];
      b.x += dt * b.vx;
      b.y += dt * b.vy;
      b.z += dt * b.vz;
    }
  }
  print(`${first} ${Math.floor(energy(bodies) * 1e9)}`);
}
main();
