import { defineStrings } from '../locale';

/** What several parts of the studio say. */
export const roomsStrings = defineStrings({
  en: {
    notLoaded: 'This part could not be loaded',
    notLoadedHint: 'The network is away, or the server has a newer version of this page.',
    loadAgain: 'Load the page again',
    more: 'Show more',
    nothingYet: 'Nothing yet.',
  },
  zh: {
    notLoaded: '这一部分未能加载',
    notLoadedHint: '网络已断开，或服务器上的页面已更新。',
    loadAgain: '重新加载页面',
    more: '显示更多',
    nothingYet: '暂无内容。',
  },
  ru: {
    notLoaded: 'Этот раздел не загрузился',
    notLoadedHint: 'Нет сети, или на сервере уже новая версия страницы.',
    loadAgain: 'Загрузить страницу заново',
    more: 'Показать ещё',
    nothingYet: 'Пока ничего.',
  },
});
