/** The HTML that the report page begins as. */
import { pageHtml, type PageParts } from '../../lineage/html';
import type { ToPage } from './report';
import { plainReport } from './plain';

/** `message`: what a page outside the editor shows, without a script too. */
export function reportHtml(parts: Omit<PageParts, 'message'> & { message?: ToPage }): string {
  const { message } = parts;
  return pageHtml('report', parts, message?.type === 'show' ? { plain: plainReport(message.report) } : {});
}
