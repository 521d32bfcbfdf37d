import { defineStrings } from '../locale';

/** What several parts of the studio say. */
export const roomsStrings = defineStrings({
  en: {
    more: 'Show more',
    nothingYet: 'Nothing yet.',
    offAir: 'Off the air',
    offAirNamed: '{channel} (off the air)',
  },
  zh: {
    more: '显示更多',
    nothingYet: '暂无内容。',
    offAir: '未播出',
    offAirNamed: '{channel}（未播出）',
  },
  ru: {
    more: 'Показать ещё',
    nothingYet: 'Пока ничего.',
    offAir: 'Не в эфире',
    offAirNamed: '{channel} (не в эфире)',
  },
});
