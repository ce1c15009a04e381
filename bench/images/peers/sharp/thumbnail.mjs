// Makes a thumbnail with sharp: `node thumbnail.mjs IN OUT SIZE [TURNS]`. With turns, it prints the CPU time of
// each in milliseconds. Copied beside its node_modules, where it is run.
import { extname } from "node:path";
import sharp from "sharp";

// One thread for the pixels; and no answers from memory, since every turn asks for the same.
sharp.concurrency(1);
sharp.cache(false);

const TURNS_TO_WARM = 2;
const [input, output, size, turns] = process.argv.slice(2);

function thumbnail() {
  const picture = sharp(input, { limitInputPixels: false })
    .rotate()
    .resize(Number(size), Number(size), { fit: "inside", withoutEnlargement: true });
  return extname(output) === ".jpg" ? picture.jpeg({ quality: 80 }) : picture.png();
}

if (turns === undefined) {
  await thumbnail().toFile(output);
} else {
  const cpu = [];
  for (let turn = 0; turn < TURNS_TO_WARM + Number(turns); turn += 1) {
    const before = process.cpuUsage();
    await thumbnail().toBuffer();
    const { user, system } = process.cpuUsage(before);
    if (turn >= TURNS_TO_WARM) cpu.push((user + system) / 1000);
  }
  console.log(JSON.stringify(cpu));
}
