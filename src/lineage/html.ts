/** The HTML that a page of ours begins as, in the editor or as a file. What a notebook said never becomes part of it as markup. */

/** `address`: of a file that the editor serves; `text`: the file itself, for a page that is whole without others. */
export type Asset = { address: string } | { text: string };

export type PageParts = {
  script: Asset;
  styles: Asset[];
  /** Unguessable, new for each page. */
  nonce: string;
  /** Where the editor serves files from, as a source of the policy. */
  source?: string;
  /** What a page outside the editor shows; in the editor it is sent once the page is ready. */
  message?: unknown;
};

/** @param plain markup that is shown until the script has run, and stays where none runs; made by `escaped` texts only */
export function pageHtml(
  place: string,
  { script, styles, nonce, source, message }: PageParts,
  more: { plain?: string; worker?: string } = {},
): string {
  const policy = [
    `default-src 'none'`,
    `base-uri 'none'`,
    `form-action 'none'`,
    `img-src data:`,
    `script-src 'nonce-${nonce}'`,
    `style-src ${source ?? `'nonce-${nonce}'`}`,
    ...(more.worker === undefined ? [] : ['worker-src blob:']),
  ].join('; ');
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${escaped(policy)}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Reprise</title>
${styles.map((style) => styleTag(style, nonce)).join('\n')}
</head>
<body>
<div id="${escaped(place)}">${more.plain ?? ''}</div>
<div id="live" class="unseen" role="status" aria-live="polite"></div>
${message === undefined ? '' : dataTag('message', message)}
${more.worker === undefined ? '' : dataTag('worker', more.worker)}
${
  'text' in script
    ? `<script nonce="${escaped(nonce)}">${script.text.replaceAll('</script', '<\\/script')}</script>`
    : `<script nonce="${escaped(nonce)}" src="${escaped(script.address)}"></script>`
}
</body>
</html>
`;
}

function styleTag(style: Asset, nonce: string): string {
  return 'text' in style
    ? `<style nonce="${escaped(nonce)}">${style.text}</style>`
    : `<link rel="stylesheet" href="${escaped(style.address)}">`;
}

/** JSON in which no text can end the element it stands in, or turn what stands around it. */
function dataTag(id: string, value: unknown): string {
  const json = JSON.stringify(value).replace(
    /[<\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
  return `<script type="application/json" id="${id}">${json}</script>`;
}

/** As text or as the value of an attribute. */
export function escaped(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('"', '&quot;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;');
}
