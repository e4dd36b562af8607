// Bundles the pages' scripts, styles and fonts into api/static/dist, under names that change with their content, and
// copies the fonts of printed documents, whole and as their makers gave them out, into api/report/pdf/fonts.
import { build } from "esbuild";
import { createHash } from "node:crypto";
import { copyFile, mkdir, readFile, readdir, rm, writeFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { drawMap } from "./geo/map.mjs";

const here = dirname(fileURLToPath(import.meta.url));
const out = join(here, "..", "api", "static", "dist");
const fonts = join(here, "..", "api", "report", "pdf", "fonts");
// In the order in which a letter is looked for; the package of each holds its licence.
const PRINTED = {
  "source-sans-3": ["400Regular/SourceSans3_400Regular.ttf", "600SemiBold/SourceSans3_600SemiBold.ttf"],
  "ibm-plex-mono": ["400Regular/IBMPlexMono_400Regular.ttf"],
  "noto-sans": ["400Regular/NotoSans_400Regular.ttf"],
  "noto-sans-arabic": ["400Regular/NotoSansArabic_400Regular.ttf"],
  "noto-sans-hebrew": ["400Regular/NotoSansHebrew_400Regular.ttf"],
};
const ATLASES = ["node_modules/us-atlas/", "node_modules/world-atlas/"]; // what the map is cut from

for (const folder of [out, fonts]) {
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
}

const result = await build({
  absWorkingDir: here,
  entryPoints: { app: "src/app.ts", explorer: "src/explorer.ts", styles: "src/styles.css" },
  bundle: true,
  minify: true,
  format: "esm",
  target: "es2022",
  entryNames: "[name]-[hash]",
  assetNames: "[name]-[hash]",
  loader: { ".woff2": "file", ".json": "json" },
  legalComments: "none",
  metafile: true,
  outdir: out,
  charset: "utf8",
});

const manifest = {};
for (const [file, made] of Object.entries(result.metafile.outputs)) {
  const name = basename(file);
  if (made.entryPoint) manifest[basename(made.entryPoint)] = name;
}
for (const name of (await readdir(join(here, "public"))).sort()) {
  const content = await readFile(join(here, "public", name));
  const hash = createHash("sha256").update(content).digest("hex").slice(0, 8).toUpperCase();
  manifest[name] = name.replace(".", `-${hash}.`);
  await writeFile(join(out, manifest[name]), content);
}
await writeFile(join(out, "ports-map.json"), JSON.stringify(await drawMap(here), null, 1) + "\n"); // read by the server, not sent
await writeFile(join(out, "manifest.json"), JSON.stringify(sorted(manifest), null, 1) + "\n");
await writeFile(join(out, "LICENCES.txt"), await licences([...Object.keys(result.metafile.inputs), ...ATLASES]));
const told = [];
for (const [name, files] of Object.entries(PRINTED)) {
  const folder = join(here, "node_modules", "@expo-google-fonts", name);
  for (const file of files) await copyFile(join(folder, file), join(fonts, basename(file)));
  told.push(`${files.map((file) => basename(file)).join(", ")}\n\n${(await readFile(join(folder, "LICENSE_FONT"), "utf8")).trim()}\n`);
}
await writeFile(join(fonts, "LICENCES.txt"), told.join("\n----\n\n"));

function sorted(object) {
  return Object.fromEntries(Object.entries(object).sort(([a], [b]) => (a < b ? -1 : 1)));
}

async function licences(inputs) {
  const packages = new Set();
  for (const input of inputs) {
    const found = /node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(input);
    if (found) packages.add(found[1]);
  }
  const told = [];
  for (const name of [...packages].sort()) {
    const folder = join(here, "node_modules", name);
    const about = JSON.parse(await readFile(join(folder, "package.json"), "utf8"));
    const file = (await readdir(folder)).find((entry) => /^licen[cs]e/i.test(entry));
    const text = file ? await readFile(join(folder, file), "utf8") : "(no licence file in the package)\n";
    told.push(`${name} ${about.version} (${about.license})\n\n${text.trim()}\n`);
  }
  return told.join("\n----\n\n");
}
