/** Ids that libraries draw or count for each display; each distinct one of a cell gets its own number. */
export class GeneratedIds {
  private readonly numbers = new Map<string, number>();

  /** Styler tables, Altair charts and scikit-learn diagrams in an HTML display. */
  maskHtml(html: string): string {
    return this.maskScikit(this.maskAltair(this.maskStyler(html)));
  }

  /** The model id of a `application/vnd.jupyter.widget-view+json` value. */
  maskModelId(id: string): string {
    return /^[0-9a-f]{32}$/.test(id) ? this.token(id) : id;
  }

  private maskStyler(html: string): string {
    if (!html.includes('<style type="text/css">')) return html;
    const ids = new Set([...html.matchAll(/<table id="T_([0-9a-f]{5})"/g)].map((match) => match[1]));
    return html.replace(/((?:id="|#)T_)([0-9a-f]{5})(?=[_" {,.])/g, (whole, start: string, id: string) =>
      ids.has(id) ? start + this.token(`T_${id}`) : whole,
    );
  }

  private maskAltair(html: string): string {
    if (!/<div id="altair-viz-[0-9a-f]{32}"/.test(html)) return html;
    return html.replace(/(["#])(altair-viz-[0-9a-f]{32})\b/g, (_, start: string, id: string) => {
      return `${start}altair-viz-${this.token(id)}`;
    });
  }

  private maskScikit(html: string): string {
    if (!/ id="sk-container-id-\d+"/.test(html)) return html;
    return html.replace(
      /(["'#])(sk-(?:container|estimator)-id-)(\d+)\b/g,
      (_, start: string, kind: string, id: string) => {
        return start + kind + this.token(kind + id);
      },
    );
  }

  private token(id: string): string {
    const number = this.numbers.get(id) ?? this.numbers.size + 1;
    this.numbers.set(id, number);
    return `‹id-${number}›`;
  }
}
