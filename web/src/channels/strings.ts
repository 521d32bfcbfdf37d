import { defineStrings } from '../locale';

export const listStrings = defineStrings({
  en: {
    channels: 'Channels',
    noChannels: 'There are no channels for you to watch.',
    noChannelsHint: 'Some may be for those who sign in, or who have a link.',
    minutesLeft: { one: '{n} minute left', other: '{n} minutes left' },
    zone: 'Times are in your zone: {zone}.',
  },
  zh: {
    channels: '频道',
    noChannels: '没有您可以观看的频道。',
    noChannelsHint: '有些频道需要登录或持有链接才能观看。',
    minutesLeft: { other: '剩余 {n} 分钟' },
    zone: '时间均为您所在时区：{zone}。',
  },
  ru: {
    channels: 'Каналы',
    noChannels: 'Каналов, открытых для вас, нет.',
    noChannelsHint: 'Некоторые доступны после входа или по ссылке.',
    minutesLeft: { one: 'осталась {n} минута', few: 'осталось {n} минуты', many: 'осталось {n} минут', other: 'осталось {n} минуты' },
    zone: 'Время указано по вашему поясу: {zone}.',
  },
});
