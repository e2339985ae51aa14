/* What the buttons do to the text. Each takes `{value, start, end}`, a text and what is selected
   in it, and gives back `{start, end, put, from, to}`: what stands from `start` to `end` becomes
   `put`, and then `from` to `to` is selected. Only `change` touches the page. */

export const acts = {
  bold: (selection) => toggle(selection, "**"),
  italic: (selection) => toggle(selection, "*"),
  link,
  quote,
  spoiler,
};

/* Does it, as one step for undo; false, and nothing done, if the text would become too long. */
export function change(text, { start, end, put, from, to }) {
  const length = text.value.length - (end - start) + put.length;
  if (text.maxLength >= 0 && length > text.maxLength) return false;
  text.focus();
  text.setSelectionRange(start, end);
  // Deprecated, but the only way to a change that the browser's own undo knows: assigning `value`
  // or calling `setRangeText` empties its memory.
  if (!document.execCommand(put ? "insertText" : "delete", false, put)) {
    text.setRangeText(put, start, end);
    text.dispatchEvent(new Event("input", { bubbles: true }));
  }
  text.setSelectionRange(from, to);
  return true;
}

export function selected({ value, selectionStart: start, selectionEnd: end }) {
  return { value, start, end };
}

/* Something that stands alone, such as a picture: at `place`, with blank lines around it. */
export function standing({ value, start, end }, put) {
  const [before, after] = [value.slice(0, start), value.slice(end)];
  const lead = /(^|\n\n)$/.test(before) ? "" : before.endsWith("\n") ? "\n" : "\n\n";
  const tail = after.startsWith("\n\n") ? "" : after.startsWith("\n") ? "\n" : "\n\n";
  const from = start + lead.length;
  return { start, end, put: lead + put + tail, from, to: from + put.length };
}

function split({ value, start, end }) {
  return [value.slice(0, start), value.slice(start, end), value.slice(end)];
}

/* Without the space at its ends: "** bold **" is not bold; a triple click takes the line's end. */
function trimmed({ value, start, end }) {
  while (start < end && /\s/.test(value[end - 1])) end--;
  while (start < end && /\s/.test(value[start])) start++;
  return { value, start, end };
}

function lines({ value, start, end }) {
  const last = value.indexOf("\n", end);
  return {
    value,
    start: value.slice(0, start).lastIndexOf("\n") + 1,
    end: last < 0 ? value.length : last,
  };
}

/* Puts signs around the selection, or takes them away where they are. */
function toggle(selection, open, close = open) {
  let { value, start, end } = trimmed(selection);
  const both = open.length + close.length;
  while (end - start >= both && value.startsWith(open, start) && value.endsWith(close, end)) {
    start += open.length; // the signs themselves were selected too
    end -= close.length;
  }
  const [before, inside, after] = split({ value, start, end });
  if (isAround(open, close, before, after)) {
    const from = start - open.length;
    return { start: from, end: end + close.length, put: inside, from, to: from + inside.length };
  }
  const from = start + open.length;
  return { start, end, put: open + inside + close, from, to: from + inside.length };
}

function isAround(open, close, before, after) {
  if (open !== "*") return before.endsWith(open) && after.startsWith(close);
  // Two stars are bold; one, or three, are italic.
  return /(^|[^*])(\*|\*{3})$/.test(before) && /^(\*|\*{3})($|[^*])/.test(after);
}

/* A link with its address still to come, or the words for an address that was selected. */
function link(selection) {
  const { value, start, end } = trimmed(selection);
  const words = value.slice(start, end);
  if (!words || /^https?:\/\/\S+$/.test(words)) {
    return { start, end, put: `[](${words || "https://"})`, from: start + 1, to: start + 1 };
  }
  const from = start + words.length + 3;
  return { start, end, put: `[${words}](https://)`, from, to: from + "https://".length };
}

/* Marks every line that the selection touches as quoted, or no longer. */
function quote(selection) {
  const { value, start, end } = lines(trimmed(selection));
  const all = value.slice(start, end).split("\n");
  const quoted = all.every((line) => line.startsWith(">"));
  const put = all.map((line) => (quoted ? line.replace(/^> ?/, "") : `> ${line}`)).join("\n");
  const to = start + put.length;
  return { start, end, put, from: start === end ? to : start, to };
}

/* Hides words inline and whole paragraphs as a block; in a table by the signs that work there. */
function spoiler(selection) {
  const chosen = trimmed(selection);
  const [before, inside, after] = split(chosen);
  const opening = /(?:^|\n)(:{3,}[ \t]*spoiler[^\n]*\n\s*)$/i.exec(before);
  const closing = /^\s*?\n:{3,}[ \t]*(?=\n|$)/.exec(after);
  if (opening && closing) {
    const start = chosen.start - opening[1].length;
    const to = start + inside.length;
    return { start, end: chosen.end + closing[0].length, put: inside, from: start, to };
  }
  const alone = /(^|\n)[ \t]*(\n[ \t]*|^)$/.test(before) && /^[ \t]*(\n[ \t]*(\n|$)|$)/.test(after);
  if (inside && (alone || /\n[ \t]*\n/.test(inside))) return block(lines(chosen));
  const inTable = /(^|\n)[ \t]*\|[^\n]*$/.test(before);
  return inTable ? toggle(chosen, ">!", "!<") : toggle(chosen, "||");
}

function block(selection) {
  const inside = selection.value.slice(selection.start, selection.end);
  const opening = "::: spoiler\n";
  const made = standing(selection, `${opening}${inside}\n:::`);
  const from = made.from + opening.length;
  return { ...made, from, to: from + inside.length };
}
