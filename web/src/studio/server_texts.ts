// What the server says, in the reader's language. It says things in English, each with a code; its sentences
// are known here as patterns, so that the figures in them come along. Whatever is not known stays as it is,
// marked as English. Pure.

import type { Tag } from '../locale';
import { fill } from '../text';

/** A sentence; `en` is the server's, with {names} for what varies. */
export interface Sentence extends Readonly<Record<Tag, string>> {}

/** What a code stands for, in a few words, and the sentences that come with it. */
export interface Meaning extends Readonly<Record<Tag, string>> {
  readonly says: readonly Sentence[];
}

export type Meanings = Readonly<Record<string, Meaning>>;

const s = (en: string, zh: string, ru: string): Sentence => ({ en, zh, ru });
const m = (en: string, zh: string, ru: string, ...says: readonly Sentence[]): Meaning => ({ en, zh, ru, says });

/** Of the quality report (src/prepare). */
export const qualityMeanings: Meanings = {
  black: m('Black picture', '黑画面', 'Чёрный экран',
    s('the picture is black at {places} and {n} more', '黑画面位于 {places}，另有 {n} 处', 'Картинка чёрная: {places}, и ещё мест: {n}'),
    s('the picture is black at {places}', '黑画面位于 {places}', 'Картинка чёрная: {places}')),
  freeze: m('Standing picture', '画面静止', 'Картинка стоит',
    s('the picture stands still at {places} and {n} more', '画面静止于 {places}，另有 {n} 处', 'Картинка стоит: {places}, и ещё мест: {n}'),
    s('the picture stands still at {places}', '画面静止于 {places}', 'Картинка стоит: {places}')),
  letterboxed: m('Black bars', '黑边', 'Чёрные поля',
    s('black bars are part of the picture ({rows} % of its height, {columns} % of its width); left as they are: deliver it without bars to have it larger',
      '画面自带黑边（占高度的 {rows}%、宽度的 {columns}%），保持原样；若提供不带黑边的版本，画面会更大',
      'В картинке есть чёрные поля ({rows} % высоты, {columns} % ширины); оставлены как есть: без полей она была бы крупнее'),
    s('black bars are part of the picture ({rows} % of its height); left as they are: deliver it without bars to have it larger',
      '画面自带黑边（占高度的 {rows}%），保持原样；若提供不带黑边的版本，画面会更大',
      'В картинке есть чёрные поля ({rows} % высоты); оставлены как есть: без полей она была бы крупнее'),
    s('black bars are part of the picture ({columns} % of its width); left as they are: deliver it without bars to have it larger',
      '画面自带黑边（占宽度的 {columns}%），保持原样；若提供不带黑边的版本，画面会更大',
      'В картинке есть чёрные поля ({columns} % ширины); оставлены как есть: без полей она была бы крупнее')),
  'embedded-subtitles-repaired': m('Subtitles in the file were repaired', '文件内字幕已修复', 'Субтитры из файла исправлены'),
  'embedded-subtitles': m('Subtitles in the file', '文件内含字幕', 'Субтитры в файле',
    s('a second track of {language} subtitles in the file; the first is used',
      '文件中有第二条 {language} 字幕轨；使用第一条', 'В файле вторая дорожка субтитров {language}; взята первая'),
    s('the file holds subtitles that cannot be read here ({what}); left out: deliver them as SRT or WebVTT',
      '文件内的字幕无法读取（{what}），已忽略；请以 SRT 或 WebVTT 提供',
      'Субтитры в файле прочесть нельзя ({what}), они опущены: пришлите их как SRT или WebVTT'),
    s('the file holds subtitles ({what}): {n} pieces of text, shown where no subtitle file of that language is delivered',
      '文件内含字幕（{what}），共 {n} 条；未提供该语言的字幕文件时显示',
      'В файле есть субтитры ({what}), реплик: {n}; они идут там, где нет файла субтитров на этом языке')),
  'bitmap-subtitles': m('Subtitles as pictures', '图形字幕', 'Субтитры картинками',
    s('the file holds subtitles that are pictures, not text ({what}); left out: deliver them as SRT or WebVTT',
      '文件内的字幕是图形而非文字（{what}），已忽略；请以 SRT 或 WebVTT 提供',
      'Субтитры в файле — картинки, а не текст ({what}); они опущены: пришлите их как SRT или WebVTT')),
  silence: m('Silence', '静音', 'Тишина',
    s('the sound is silent at {places} and {n} more', '静音位于 {places}，另有 {n} 处', 'Тишина: {places}, и ещё мест: {n}'),
    s('the sound is silent at {places}', '静音位于 {places}', 'Тишина: {places}')),
  clipping: m('Clipped sound', '声音削波', 'Срез звука',
    s('the sound is cut off at full scale in {n} places: it is distorted; a mix with more headroom would not be',
      '声音有 {n} 处在满刻度被削平，已失真；动态余量更大的混音不会如此',
      'Звук срезан на полной шкале, мест: {n}: он искажён; сведение с большим запасом этого избежало бы')),
  'one-sided': m('Sound on one side', '声音只在一侧', 'Звук с одной стороны',
    s('the sound is on the left side only; left as it is', '声音只在左声道，保持原样', 'Звук только слева; оставлен как есть'),
    s('the sound is on the right side only; left as it is', '声音只在右声道，保持原样', 'Звук только справа; оставлен как есть')),
  'phase-inverted': m('Inverted phase', '声道反相', 'Противофаза',
    s('the two sides of the sound cancel each other out (one is inverted): on a single loudspeaker it will be thin or gone; left as it is',
      '左右声道相互抵消（其中一路反相）：在单只扬声器上声音会变薄或消失；保持原样',
      'Каналы гасят друг друга (один в противофазе): из одного динамика звук будет тонким или пропадёт; оставлен как есть')),
  'wide-loudness-range': m('Wide loudness range', '响度范围过大', 'Большой разброс громкости',
    s('its loudness range is {n} LU: quiet parts may be too quiet in a hall',
      '响度范围为 {n} LU：安静段落在影厅中可能过轻', 'Разброс громкости {n} LU: тихие места в зале могут быть не слышны')),
  'damaged-audio': m('Damaged sound', '声音损坏', 'Звук повреждён',
    s('the sound cannot be decoded ({why}); silence is heard', '声音无法解码（{why}），播出静音', 'Звук не читается ({why}); вместо него тишина'),
    s('the sound track is empty; silence is heard', '音轨为空，播出静音', 'Звуковая дорожка пуста; вместо неё тишина'),
    s('the sound is damaged and stops early ({why}); silence follows', '声音损坏并提前结束（{why}），其后为静音', 'Звук повреждён и обрывается раньше ({why}); дальше тишина')),
  'early-audio': m('Sound before the picture', '声音早于画面', 'Звук раньше картинки',
    s('the sound starts {n} s before the picture; its first picture is shown until then', '声音比画面早 {n} 秒开始，其间显示第一帧', 'Звук начинается на {n} с раньше картинки; до тех пор стоит её первый кадр'),
    s('the sound starts {n} s before the picture; black is shown until then', '声音比画面早 {n} 秒开始，其间显示黑画面', 'Звук начинается на {n} с раньше картинки; до тех пор экран чёрный'),
    s('the sound starts {n} s before the picture; that part is left out', '声音比画面早 {n} 秒开始，该段已略去', 'Звук начинается на {n} с раньше картинки; эта часть опущена')),
  'damaged-picture': m('Damaged picture', '画面损坏', 'Картинка повреждена',
    s('parts of the picture are damaged ({why}); look at it, or export it again', '部分画面损坏（{why}）；请查看影片或重新导出', 'Часть картинки повреждена ({why}); посмотрите её или экспортируйте заново'),
    s('{n} picture is damaged; shown as far as it can be decoded: look at the film, or export it again', '有 {n} 帧损坏，按可解码部分显示；请查看影片或重新导出', 'Повреждённых кадров: {n}; показано, что читается: посмотрите фильм или экспортируйте заново'),
    s('{n} pictures are damaged; shown as far as they can be decoded: look at the film, or export it again', '有 {n} 帧损坏，按可解码部分显示；请查看影片或重新导出', 'Повреждённых кадров: {n}; показано, что читается: посмотрите фильм или экспортируйте заново')),
  'lost-frames': m('Lost pictures', '丢帧', 'Потерянные кадры',
    s('only {n} of the file\'s {all} pictures can be decoded; it may be damaged or cut short',
      '文件共 {all} 帧，只能解码 {n} 帧；文件可能损坏或不完整', 'Читаются только {n} кадров из {all}; файл может быть повреждён или оборван')),
  silent: m('Silent', '全程静音', 'Без звука',
    s('the sound is silent from beginning to end', '声音自始至终为静音', 'Звука нет с начала до конца')),
  clipped: m('Peaks above full scale', '峰值超过满刻度', 'Пики выше шкалы',
    s('its peaks ({n} dBTP) are above full scale: it may be distorted', '峰值（{n} dBTP）超过满刻度，可能失真', 'Пики ({n} dBTP) выше полной шкалы: звук может быть искажён')),
  'nearly-silent': m('Nearly silent', '几乎无声', 'Почти без звука',
    s('the sound is too quiet for its loudness to be measured; its level is left alone', '声音过轻，无法测量响度；电平未作调整', 'Звук слишком тих, чтобы измерить громкость; уровень не менялся')),
  'very-quiet': m('Very quiet', '声音很轻', 'Очень тихо',
    s('it is very quiet ({lufs} LUFS): raised by {gain} dB only, to keep its noise down', '声音很轻（{lufs} LUFS）：为控制噪声仅提升 {gain} dB', 'Очень тихо ({lufs} LUFS): поднято лишь на {gain} дБ, чтобы не поднять шум')),
  'peak-limited': m('Limited by its peaks', '受峰值限制', 'Ограничено пиками',
    s('its peaks ({peak} dBTP) allow {gain} dB instead of {wanted} dB', '其峰值（{peak} dBTP）只允许调整 {gain} dB，而非 {wanted} dB', 'Пики ({peak} dBTP) допускают {gain} дБ вместо {wanted} дБ')),
  alpha: m('Transparent picture', '画面含透明', 'Прозрачность',
    s('parts of the picture may be transparent; set on black', '画面可能有透明部分，已置于黑底', 'Часть картинки может быть прозрачной; положена на чёрное')),
  'size-changes': m('Changing size', '画面尺寸变化', 'Размер меняется',
    s('the picture changes its size {n} times or more; all of it is fitted into the same place', '画面尺寸至少变化 {n} 次；均适配到同一位置', 'Размер картинки меняется раз: {n} или больше; всё вписано в одно место')),
  'variable-frame-rate': m('Varying frame rate', '帧率不固定', 'Частота кадров плавает',
    s('the frame rate varies ({in} frames a second on average); shown at {out}', '帧率不固定（平均每秒 {in} 帧），按每秒 {out} 帧播出', 'Частота кадров плавает (в среднем {in} к/с); показ на {out}')),
  'unknown-frame-rate': m('Unknown frame rate', '帧率未知', 'Частота кадров неизвестна',
    s('the frame rate is not known; shown at {out} frames a second', '帧率未知，按每秒 {out} 帧播出', 'Частота кадров неизвестна; показ на {out} к/с')),
  'frame-rate-converted': m('Converted frame rate', '已转换帧率', 'Частота кадров изменена',
    s('{in} frames a second are shown at {out}', '每秒 {in} 帧转换为 {out} 帧播出', '{in} к/с показываются на {out}')),
  'long-still': m('Long still picture', '长时间静帧', 'Долгий неподвижный кадр',
    s('the source has a picture that stands for {n} s', '片源中有一帧持续 {n} 秒', 'В исходнике один кадр стоит {n} с')),
  deinterlaced: m('Deinterlaced', '已去隔行', 'Деинтерлейсинг',
    s('the picture is interlaced ({scan}); deinterlaced', '画面为隔行扫描，已去隔行', 'Картинка чересстрочная; развёртка сделана прогрессивной')),
  rotated: m('Rotated', '已旋转', 'Повёрнуто',
    s('the picture is stored for another orientation; {how}', '画面以其他方向存储，已转正', 'Картинка записана в другой ориентации; повёрнута')),
  anamorphic: m('Pixels not square', '非方形像素', 'Неквадратные пиксели',
    s('its pixels are not square ({x}:{y}); made square', '像素非方形（{x}:{y}），已转换为方形', 'Пиксели не квадратные ({x}:{y}); приведены к квадратным')),
  padded: m('Not 16:9', '非 16:9', 'Не 16:9',
    s('the picture is not 16:9; set on a blurred copy of itself', '画面非 16:9，以自身的模糊画面填充', 'Картинка не 16:9; положена на свою размытую копию'),
    s('the picture is not 16:9; set on black', '画面非 16:9，置于黑底', 'Картинка не 16:9; положена на чёрное')),
  'small-picture': m('Very small picture', '画面很小', 'Очень маленькая картинка',
    s('the picture is very small ({x}x{y}): it will look soft on a large screen', '画面很小（{x}×{y}）：在大银幕上会显得模糊', 'Картинка очень мала ({x}×{y}): на большом экране она будет нерезкой')),
  hdr: m('HDR picture', 'HDR 画面', 'Картинка HDR',
    s('the picture is HDR (PQ, up to {n} cd/m2 assumed); tone-mapped to SDR: check how it looks, or deliver an SDR (BT.709) grade', '画面为 HDR（PQ，假定最高 {n} cd/m²），已映射为 SDR：请检查效果，或提供 SDR（BT.709）调色版', 'Картинка HDR (PQ, предположительно до {n} кд/м²), переведена в SDR: проверьте вид или пришлите версию SDR (BT.709)'),
    s('the picture is HDR (PQ, up to {n} cd/m2); tone-mapped to SDR: check how it looks, or deliver an SDR (BT.709) grade', '画面为 HDR（PQ，最高 {n} cd/m²），已映射为 SDR：请检查效果，或提供 SDR（BT.709）调色版', 'Картинка HDR (PQ, до {n} кд/м²), переведена в SDR: проверьте вид или пришлите версию SDR (BT.709)'),
    s('the picture is HDR (HLG); tone-mapped to SDR: check how it looks, or deliver an SDR (BT.709) grade', '画面为 HDR（HLG），已映射为 SDR：请检查效果，或提供 SDR（BT.709）调色版', 'Картинка HDR (HLG), переведена в SDR: проверьте вид или пришлите версию SDR (BT.709)')),
  'dolby-vision': m('Dolby Vision', '杜比视界', 'Dolby Vision',
    s('the picture is Dolby Vision profile 5, which has no picture for other players: its colours are wrong; export it as HDR10, HLG or SDR', '画面为杜比视界 Profile 5，不含供其他播放器使用的画面：颜色不正确；请导出为 HDR10、HLG 或 SDR', 'Картинка Dolby Vision профиля 5, в котором для других плееров картинки нет: цвета неверны; экспортируйте в HDR10, HLG или SDR'),
    s('the picture is Dolby Vision profile {n}; its base layer is shown', '画面为杜比视界 Profile {n}，播出其基础层', 'Картинка Dolby Vision профиля {n}; показан её базовый слой')),
  'time-jump': m('Jumps in time', '时间戳跳变', 'Скачки времени',
    s('its timestamps jump in {n} place (first after {at} s, by {by} s); played on without the jump', '时间戳有 {n} 处跳变（在 {at} 秒后，跳 {by} 秒），播出时已消除', 'Скачков времени: {n} (на {at} с, на {by} с); показ идёт без него'),
    s('its timestamps jump in {n} places (first after {at} s, by {by} s); played on without the jumps', '时间戳有 {n} 处跳变（首次在 {at} 秒后，跳 {by} 秒），播出时已消除', 'Скачков времени: {n} (первый на {at} с, на {by} с); показ идёт без них')),
  'bit-depth': m('Bit depth', '色深', 'Глубина цвета',
    s('{n} bits a colour, shown with 8', '每色 {n} 位，按 8 位播出', '{n} бит на цвет, показ в 8')),
  'picture-ends-early': m('Picture ends early', '画面先结束', 'Картинка кончается раньше',
    s('the picture ends {n} s before the sound, which is cut there', '画面比声音早 {n} 秒结束，声音在此截断', 'Картинка кончается на {n} с раньше звука, он там обрезан')),
  'sound-ends-early': m('Sound ends early', '声音先结束', 'Звук кончается раньше',
    s('the sound ends {n} s before the picture; silence follows', '声音比画面早 {n} 秒结束，其后为静音', 'Звук кончается на {n} с раньше картинки; дальше тишина')),
  'more-video': m('Several video tracks', '多条视频轨', 'Несколько видеодорожек'),
  'no-video': m('No picture', '没有画面', 'Нет картинки',
    s('there is no picture; a slate is shown', '没有画面，播出垫底画面', 'Картинки нет; показана заставка')),
  'attached-picture': m('Cover picture', '附带封面', 'Обложка в файле',
    s('the file holds {n} still picture (a cover, as a rule), which is not shown', '文件附带 {n} 张静态图片（通常为封面），不予播出', 'Неподвижных картинок в файле: {n} (обычно обложка); не показываются'),
    s('the file holds {n} still pictures (a cover, as a rule), which are not shown', '文件附带 {n} 张静态图片（通常为封面），不予播出', 'Неподвижных картинок в файле: {n} (обычно обложка); не показываются')),
  downmixed: m('Mixed down to stereo', '已混缩为立体声', 'Сведено в стерео',
    s('{n} sound channels are mixed down to stereo (ITU-R BS.775)', '{n} 个声道已混缩为立体声（ITU-R BS.775）', 'Звуковых каналов: {n}; сведены в стерео (ITU-R BS.775)')),
  'more-audio': m('Several sound tracks', '多条音轨', 'Несколько звуковых дорожек'),
  'low-sample-rate': m('Low sample rate', '采样率低', 'Низкая частота дискретизации',
    s('the sound has only {n} samples a second and may be dull', '声音采样率仅为 {n} Hz，可能发闷', 'Частота дискретизации звука всего {n} Гц; он может быть глухим')),
  'no-audio': m('No sound', '没有声音', 'Нет звука',
    s('there is no sound; silence is heard', '没有声音，播出静音', 'Звука нет; идёт тишина')),
  'undecodable-stream': m('Undecodable track', '轨道无法解码', 'Дорожка не читается',
    s('a track cannot be decoded here ({what}); it is left out', '有一条轨道无法解码（{what}），已忽略', 'Одну дорожку прочесть нельзя ({what}); она опущена')),
  'damaged-file': m('Damaged file', '文件损坏', 'Файл повреждён',
    s('the file is damaged ({why}); what can be read of it is shown', '文件损坏（{why}），播出可读取的部分', 'Файл повреждён ({why}); показано, что читается')),
  'very-short': m('Very short', '时长很短', 'Очень коротко',
    s('it lasts only {n} s; its last picture is held to make {least} s', '时长仅 {n} 秒；最后一帧延长至满 {least} 秒', 'Длится всего {n} с; последний кадр удержан до {least} с')),
};

/** Of playlists and schedules (src/playout/check.h). */
export const planMeanings: Meanings = {
  'unknown-entry': m('No such entry', '作品不存在', 'Нет такой работы',
    s('there is no entry "{entry}"', '没有作品“{entry}”', 'Работы «{entry}» нет')),
  'not-ready': m('Not prepared', '未就绪', 'Не готово',
    s('"{entry}" is not prepared, and is passed over until it is', '“{entry}”尚未准备好，在此之前将被跳过', '«{entry}» не готова; до тех пор её пропускают')),
  'not-trimmed': m('Trim not prepared', '剪切未就绪', 'Обрезка не готова',
    s('"{entry}": its in and out points are not prepared yet', '“{entry}”：入点和出点尚未准备好', '«{entry}»: точки входа и выхода ещё не подготовлены')),
  'bad-points': m('Points make no sense', '入点或出点有误', 'Неверные точки'),
  lost: m('Files are lost: the slate will stand in', '文件缺失：将以垫底画面代替', 'Файлы утрачены: вместо них пойдёт заставка'),
  'missing-language': m('Subtitles are missing', '缺少字幕', 'Не хватает субтитров',
    s('"{entry}" has no subtitles in {language}', '“{entry}”没有 {language} 字幕', 'У «{entry}» нет субтитров {language}')),
  repeat: m('Repeated', '重复', 'Повтор',
    s('"{entry}" is in the block before already', '“{entry}”在此节目块中已出现过', '«{entry}» уже есть в этом блоке'),
    s('"{entry}" is on in "{block}" already, {time} before', '“{entry}”已在“{block}”中播出，早 {time}', '«{entry}» уже идёт в «{block}», раньше на {time}')),
  'not-permitted': m('Outside of its permitted dates', '不在允许放映的时间内', 'Вне разрешённых дат',
    s('"{entry}" may not be shown yet at that time', '届时“{entry}”尚未获准放映', '«{entry}» в это время ещё нельзя показывать'),
    s('"{entry}" may not be shown any more at that time', '届时“{entry}”已不再获准放映', '«{entry}» в это время уже нельзя показывать')),
  'no-countdown': m('No countdown', '没有倒计时', 'Нет обратного отсчёта',
    s('there is no entry "{entry}" to count down', '没有可用于倒计时的作品“{entry}”', 'Работы «{entry}» для обратного отсчёта нет'),
    s('"{entry}" cannot count down: it is no card; make one with `matinee card add --countdown`', '“{entry}”不是字卡，无法倒计时；请用 `matinee card add --countdown` 制作', '«{entry}» не годится для отсчёта: это не титр; сделайте его командой `matinee card add --countdown`'),
    s('"{entry}" is not prepared: until it is, nothing counts down', '“{entry}”尚未准备好，在此之前没有倒计时', '«{entry}» не готова: до тех пор отсчёта нет')),
  gap: m('Slate', '垫底画面', 'Заставка',
    s('the slate is shown for {time}', '播出垫底画面 {time}', 'Заставка идёт {time}')),
  cut: m('Cut', '被截断', 'Обрезка',
    s('"{entry}" loses its last {time} to the next fixed start, and fades out', '“{entry}”因下一个固定开始时间而损失最后 {time}，以淡出结束', '«{entry}» теряет последние {time} из-за следующего твёрдого начала и уходит в затемнение'),
    s('"{entry}" loses its last {time} to the next fixed start', '“{entry}”因下一个固定开始时间而损失最后 {time}', '«{entry}» теряет последние {time} из-за следующего твёрдого начала')),
  late: m('Late', '延迟', 'Опоздание',
    s('it starts {time} late', '晚开始 {time}', 'Начинается с опозданием: {time}')),
  missed: m('Missed', '错过', 'Пропущено',
    s('what is on before it does not end until the next fixed start', '之前的节目到下一个固定开始时间仍未结束', 'То, что идёт перед ним, не кончается до следующего твёрдого начала')),
  'off-air': m('Off the air', '停播', 'Не в эфире',
    s('nothing is there that could be shown', '没有可播出的内容', 'Показывать нечего')),
};

/** Of subtitle files (src/subtitles/checks.h). */
export const subtitleMeanings: Meanings = {
  'reading-speed': m('Reading speed', '阅读速度', 'Скорость чтения',
    s('{n} characters a second (up to {most} can be read)', '每秒 {n} 个字符（最多可读 {most} 个）', 'Знаков в секунду: {n} (прочесть можно до {most})')),
  'line-length': m('Line length', '行长', 'Длина строки',
    s('a line of {n} columns (up to {most} are usual)', '一行 {n} 列（通常不超过 {most} 列）', 'Строка в {n} знакомест (обычно до {most})')),
  'line-count': m('Lines', '行数', 'Число строк',
    s('{n} lines (up to {most} are usual)', '共 {n} 行（通常不超过 {most} 行）', 'Строк: {n} (обычно до {most})')),
  duration: m('Duration', '时长', 'Длительность',
    s('on the screen for {n} ms (at least {least} are needed)', '显示 {n} 毫秒（至少需要 {least} 毫秒）', 'На экране {n} мс (нужно не меньше {least})'),
    s('on the screen for {n} s', '显示 {n} 秒', 'На экране {n} с')),
  gap: m('Gap', '间隔', 'Промежуток',
    s('{n} ms after cue {cue}: it flickers', '距第 {cue} 条仅 {n} 毫秒：会闪烁', 'Через {n} мс после титра {cue}: мелькает')),
  overlap: m('Overlap', '重叠', 'Наложение',
    s('starts {n} ms before cue {cue} ends: both are shown', '在第 {cue} 条结束前 {n} 毫秒开始：两条同时显示', 'Начинается за {n} мс до конца титра {cue}: видны оба')),
  'past-end': m('Past the end', '超出片尾', 'За концом фильма',
    s("starts after the film's end: nobody will see it", '在影片结束后开始：无人能看到', 'Начинается после конца фильма: его никто не увидит'),
    s("lasts {n} ms beyond the film's end: it is cut there", '超出片尾 {n} 毫秒：在片尾截断', 'Длится на {n} мс дольше фильма: там и обрезан')),
  empty: m('Empty', '空', 'Пусто', s('the cue shows nothing', '此条没有内容', 'Титр ничего не показывает')),
  glyphs: m('No such letter', '缺字', 'Нет знака',
    s('no installed font has "{letter}" (U+{code})', '已安装的字体均无“{letter}”（U+{code}）', 'Ни в одном шрифте нет «{letter}» (U+{code})')),
  script: m('Wrong letters', '文字不符', 'Не те буквы',
    s('said to be {name} ({language}), but most letters are {script}', '标为 {name}（{language}），但多数字母是 {script}', 'Указано: {name} ({language}), но большинство букв: {script}'),
    s('said to be {name} ({language}), but it reads like {other} ({spoken})', '标为 {name}（{language}），但读来像 {other}（{spoken}）', 'Указано: {name} ({language}), но похоже на {other} ({spoken})'),
    s('no letter is of {name}: all are {script}', '没有一个字母属于 {name}：全部是 {script}', 'Ни одной буквы из {name}: все {script}')),
  'mixed-script': m('Mixed letters', '字母混用', 'Смешаны буквы',
    s('"{word}" has {script} letters among its own: {letters}', '“{word}”中混有{script}字母：{letters}', 'В слове «{word}» чужие буквы ({script}): {letters}')),
  mojibake: m('Garbled text', '乱码', 'Кракозябры',
    s('characters were lost (\ufffd): an encoding went wrong before or here', '字符已丢失（\ufffd）：编码在此处或之前出错', 'Знаки утрачены (\ufffd): кодировку спутали здесь или раньше'),
    s('not Chinese but lost characters', '并非中文，而是丢失的字符', 'Это не китайский, а утраченные знаки')),
};

const fellBehind = s('its preparation has fallen behind', '其准备进度落后', 'Подготовка не успела');

/** Of incidents on the air (src/playout/as_run.h), which are named elsewhere: see log_strings. */
export const incidentMeanings: Meanings = {
  'cut-short': m('', '', '', fellBehind,
    s('ended by hand', '人工结束', 'Завершено вручную'),
    s('another plan was published', '发布了新的编排', 'Опубликован другой план')),
  'not-shown': m('', '', '',
    s('{entry} was planned here: its preparation has fallen behind', '此处原定播出 {entry}：其准备进度落后', 'Здесь планировалась «{entry}»: подготовка не успела')),
  'off-air': m('', '', '',
    s('no server is known to have run from {from} to {to}', '{from} 至 {to} 之间没有服务器运行的记录', 'Неизвестно, чтобы сервер работал с {from} по {to}')),
};

const patterns = new Map<string, RegExp>();

function patternOf(sentence: string): RegExp {
  let pattern = patterns.get(sentence);
  if (!pattern) {
    const escaped = sentence.replace(/[.*+?^$()|[\]\\]/g, '\\$&').replace(/\{(\w+)\}/g, '(?<$1>.+?)');
    pattern = new RegExp(`^${escaped}$`, 's');
    patterns.set(sentence, pattern);
  }
  return pattern;
}

const kSeconds: Readonly<Record<Tag, string>> = { en: ' s', zh: ' 秒', ru: ' с' };

/** Figures as the language writes them: "-2.5", "0.4 s". Times of day and all else stay. */
function written(value: string, tag: Tag): string {
  const found = /^([+-]?)(\d+)(?:\.(\d+))?( s)?$/.exec(value);
  if (!found) return kWords.find(({ en }) => en === value)?.[tag] ?? value;
  const [, sign = '', whole = '', part = '', unit] = found;
  const point = tag === 'ru' ? ',' : '.';
  return sign.replace('-', '\u2212') + whole + (part && point + part) + (unit ? kSeconds[tag] : '');
}

/** Words that come where figures do. */
const kWords: readonly Sentence[] = [
  s('Latin', '拉丁', 'латиница'),
  s('Cyrillic', '西里尔', 'кириллица'),
  s('Greek', '希腊', 'греческие'),
  s('Chinese', '中文', 'китайские'),
  s('Japanese', '日文', 'японские'),
  s('Korean', '韩文', 'корейские'),
  s('Arabic', '阿拉伯', 'арабские'),
  s('Hebrew', '希伯来', 'еврейские'),
  s('Thai', '泰文', 'тайские'),
  s('Devanagari', '天城', 'деванагари'),
  s('Armenian', '亚美尼亚', 'армянские'),
  s('Georgian', '格鲁吉亚', 'грузинские'),
  s('another script', '其他', 'другого письма'),
];

export interface Told {
  /** In the reader's language; empty when there is nothing to be said in it. */
  readonly text: string;
  /** What is left in English. */
  readonly english: string;
}

export function told(meanings: Meanings, code: string, message: string, tag: Tag): Told {
  if (tag === 'en') return { text: message, english: '' };
  const meaning = meanings[code];
  for (const sentence of meaning?.says ?? []) {
    const found = patternOf(sentence.en).exec(message);
    if (!found) continue;
    const values = Object.entries(found.groups ?? {}).map(([name, value]) => [name, written(value, tag)]);
    return { text: fill(sentence[tag], Object.fromEntries(values)), english: '' };
  }
  return { text: meaning?.[tag] ?? '', english: message };
}
