/* Edits of the text. A command takes a selection, `{value, start, end}`, and returns an edit,
   `{start, end, put, from, to}`: replace the text from `start` to `end` by `put`, then select
   `from` to `to`. Only `applyEdit` changes the page. */

export const commands = {
  bold: (selection) => toggle(selection, "**"),
  italic: (selection) => toggle(selection, "*"),
  link,
  quote,
  spoiler,
};

/* Apply an edit as one step for undo. If the text would be too long, return false instead. */
export function applyEdit(text, { start, end, put, from, to }) {
  const length = text.value.length - (end - start) + put.length;
  if (text.maxLength >= 0 && length > text.maxLength) return false;
  text.focus();
  text.setSelectionRange(start, end);
  // Deprecated, but the only edit that the browser's undo knows: assigning `value` or calling
  // `setRangeText` clears its history.
  if (!document.execCommand(put ? "insertText" : "delete", false, put)) {
    text.setRangeText(put, start, end);
    text.dispatchEvent(new Event("input", { bubbles: true }));
  }
  text.setSelectionRange(from, to);
  return true;
}

export function currentSelection({ value, selectionStart: start, selectionEnd: end }) {
  return { value, start, end };
}

/* Insert a block, such as a picture, with blank lines around it. */
export function insertBlock({ value, start, end }, put) {
  const [before, after] = [value.slice(0, start), value.slice(end)];
  const lead = /(^|\n\n)$/.test(before) ? "" : before.endsWith("\n") ? "\n" : "\n\n";
  const tail = after.startsWith("\n\n") ? "" : after.startsWith("\n") ? "\n" : "\n\n";
  const from = start + lead.length;
  return { start, end, put: lead + put + tail, from, to: from + put.length };
}

function split({ value, start, end }) {
  return [value.slice(0, start), value.slice(start, end), value.slice(end)];
}

/* Leave out white space at both ends: "** bold **" is not bold, and a triple click selects the end
   of the line too. */
function trimmed({ value, start, end }) {
  while (start < end && /\s/.test(value[end - 1])) end--;
  while (start < end && /\s/.test(value[start])) start++;
  return { value, start, end };
}

/* Extend the selection to whole lines. */
function lines({ value, start, end }) {
  const last = value.indexOf("\n", end);
  return {
    value,
    start: value.slice(0, start).lastIndexOf("\n") + 1,
    end: last < 0 ? value.length : last,
  };
}

/* Put marks around the selection, or remove them. */
function toggle(selection, open, close = open) {
  let { value, start, end } = trimmed(selection);
  const both = open.length + close.length;
  while (end - start >= both && value.startsWith(open, start) && value.endsWith(close, end)) {
    start += open.length; // the marks are part of the selection
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
  // Two asterisks are bold; one is italic, three are both.
  return /(^|[^*])(\*|\*{3})$/.test(before) && /^(\*|\*{3})($|[^*])/.test(after);
}

/* Make the selected text a link, or use the selection as the address if it is one. */
function link(selection) {
  const { value, start, end } = trimmed(selection);
  const label = value.slice(start, end);
  if (!label || /^https?:\/\/\S+$/.test(label)) {
    return { start, end, put: `[](${label || "https://"})`, from: start + 1, to: start + 1 };
  }
  const from = start + label.length + 3;
  return { start, end, put: `[${label}](https://)`, from, to: from + "https://".length };
}

/* Quote all lines of the selection, or remove the quote marks. */
function quote(selection) {
  const { value, start, end } = lines(trimmed(selection));
  const all = value.slice(start, end).split("\n");
  const quoted = all.every((line) => line.startsWith(">"));
  const put = all.map((line) => (quoted ? line.replace(/^> ?/, "") : `> ${line}`)).join("\n");
  const to = start + put.length;
  return { start, end, put, from: start === end ? to : start, to };
}

/* Make words an inline spoiler and whole paragraphs a spoiler block, or undo it. In a table, use
   the marks that are valid there. */
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
  const edit = insertBlock(selection, `${opening}${inside}\n:::`);
  const from = edit.from + opening.length;
  return { ...edit, from, to: from + inside.length };
}
