import { defineStrings } from '../locale';

/** What several parts of the studio say. */
export const roomsStrings = defineStrings({
  en: {
    more: 'Show more',
    nothingYet: 'Nothing yet.',
  },
  zh: {
    more: '显示更多',
    nothingYet: '暂无内容。',
  },
  ru: {
    more: 'Показать ещё',
    nothingYet: 'Пока ничего.',
  },
});
