/** Files out of what was dropped or chosen, folders included; names keep their folders ("calls/monday.ogg"). */

const SOUND = /\.(ogg|oga|opus|mp3|wav|pcm|raw|flac|m4a|aac|mp4|webm|amr|wma)$/i;

/** {file, name} of each dropped file, and how many files in folders were no recordings. */
export async function droppedFiles(transfer) {
  const entries = [...transfer.items].map((item) => item.webkitGetAsEntry?.()).filter(Boolean);
  if (!entries.length) return { files: [...transfer.files].map((file) => ({ file, name: file.name })), skipped: 0 };
  const found = { files: [], skipped: 0 };
  for (const entry of entries) await walk(entry, "", found);
  return found;
}

/** The same of an <input type="file">. */
export function chosenFiles(input) {
  const all = [...input.files].map((file) => ({ file, name: file.webkitRelativePath || file.name }));
  if (!input.webkitdirectory) return { files: all, skipped: 0 };
  const files = all.filter(({ file }) => soundful(file));
  return { files, skipped: all.length - files.length };
}

const soundful = (file) => SOUND.test(file.name) || /^(audio|video)\//.test(file.type);

async function walk(entry, folder, found) {
  if (entry.isFile) {
    const file = await new Promise((done, failed) => entry.file(done, failed));
    // A file that somebody dropped by itself is meant, whatever it is called.
    if (!folder || soundful(file)) found.files.push({ file, name: folder + file.name });
    else found.skipped++;
    return;
  }
  const reader = entry.createReader();
  for (;;) { // a folder is read a hundred entries at a time
    const batch = await new Promise((done, failed) => reader.readEntries(done, failed));
    if (!batch.length) return;
    for (const each of batch) await walk(each, `${folder}${entry.name}/`, found);
  }
}
