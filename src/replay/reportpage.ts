/** The HTML that the report page begins as. What a notebook said never becomes part of it as markup. */
import type { ToPage } from './report';

/** `address`: of a file that the editor serves; `text`: the file itself, for a page that is whole without others. */
export type Asset = { address: string } | { text: string };

export type PageParts = {
  script: Asset;
  style: Asset;
  /** Unguessable, new for each page. */
  nonce: string;
  /** Where the editor serves files from, as a source of the policy. */
  source?: string;
  /** What a page outside the editor shows; in the editor it is sent once the page is ready. */
  message?: ToPage;
};

export function reportHtml({ script, style, nonce, source, message }: PageParts): string {
  const policy = [
    `default-src 'none'`,
    `base-uri 'none'`,
    `form-action 'none'`,
    `img-src data:`,
    `script-src 'nonce-${nonce}'`,
    `style-src ${source ?? `'nonce-${nonce}'`}`,
  ].join('; ');
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${attribute(policy)}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Reprise</title>
${
  'text' in style
    ? `<style nonce="${attribute(nonce)}">${style.text}</style>`
    : `<link rel="stylesheet" href="${attribute(style.address)}">`
}
</head>
<body>
<div id="report"></div>
<div id="live" class="unseen" role="status" aria-live="polite"></div>
${message === undefined ? '' : `<script type="application/json" id="message">${data(message)}</script>`}
${
  'text' in script
    ? `<script nonce="${attribute(nonce)}">${script.text.replaceAll('</script', '<\\/script')}</script>`
    : `<script nonce="${attribute(nonce)}" src="${attribute(script.address)}"></script>`
}
</body>
</html>
`;
}

/** JSON in which no text can end the element it stands in. */
function data(value: unknown): string {
  return JSON.stringify(value).replaceAll('<', '\\u003c');
}

function attribute(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('"', '&quot;').replaceAll('<', '&lt;');
}
