#include "subtitles/language_model.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <string>
#include <unordered_map>
#include <vector>

namespace matinee::subtitles {
namespace {

constexpr std::string_view kSimplified =
    "的我你是了不在有他这就一说来们好到要那去会么什没吗人都知道过个啊上想能看为吧大得可以和还很下对"
    "她给做现子天也起真时里后面什怎样生呢让事情回家再把别走出多但点自己只小所用当老心开果谢话谁"
    "地请等找些跟年中女爱见问死已经次定快意两三手打因从成前第方先钱告诉果应该觉得今明晚早行吃带"
    "住件听信杀帮助者被关系认识世界身之国电影字幕学几门车孩男朋友高兴放动全本最新气发生气笑哭"
    "太完相信如果必须需错离活命名工作实美法律重长直接加干嘛往记起点头分钟间接公司房结婚总觉无其"
    "此而于与内部外月日主场种机希望感受永远直进而且然或者像受正常特别机会理解进力向水火山白黑夜"
    "父母亲爸妈哥弟姐妹儿老师先生太太医院警察北京中国人民文化语言春夏秋冬雨雪风云花草树海河江湖"
    "城市路马狗猫鸟鱼红绿蓝色光声音乐歌画书店站票飞船空间位置东西南北左右四五六七八九十百千万半"
    "每条张块份些办法停留选择变化题目数量表示原来建设应运反计教育体育条件展示党义各重使级军权"
    "支持准备持续服务程序低研究历史片连队装修治疗器具才能青油角约布极深黄算般满足根据算达专区别"
    "空气热冷轻松爬跑跳唱睡醒脸眼睛手脚嘴血伤痛害怕担忧恨梦岁幸福安静平衣服穿卖买送拿坐站";

constexpr std::string_view kTraditional =
    "的我你是了不在有他這就一說來們好到要那去會麼什沒嗎人都知道過個啊上想能看為吧大得可以和還很下對"
    "她給做現子天也起真時裡後面什怎樣生呢讓事情回家再把別走出多但點自己只小所用當老心開果謝話誰"
    "地請等找些跟年中女愛見問死已經次定快意兩三手打因從成前第方先錢告訴果應該覺得今明晚早行吃帶"
    "住件聽信殺幫助者被關係認識世界身之國電影字幕學幾門車孩男朋友高興放動全本最新氣發生氣笑哭"
    "太完相信如果必須需錯離活命名工作實美法律重長直接加幹嘛往記起點頭分鐘間接公司房結婚總覺無其"
    "此而於與內部外月日主場種機希望感受永遠直進而且然或者像受正常特別機會理解進力向水火山白黑夜"
    "父母親爸媽哥弟姐妹兒老師先生太太醫院警察北京中國人民文化語言春夏秋冬雨雪風雲花草樹海河江湖"
    "城市路馬狗貓鳥魚紅綠藍色光聲音樂歌畫書店站票飛船空間位置東西南北左右四五六七八九十百千萬半"
    "每條張塊份些辦法停留選擇變化題目數量表示原來建設應運反計教育體育條件展示黨義各重使級軍權"
    "支持準備持續服務程序低研究歷史片連隊裝修治療器具才能青油角約布極深黃算般滿足根據算達專區別"
    "空氣熱冷輕鬆爬跑跳唱睡醒臉眼睛手腳嘴血傷痛害怕擔憂恨夢歲幸福安靜平衣服穿賣買送拿坐站哪您妳";

constexpr std::string_view kJapanese =
    "いんのたなてしかにとっうるはでがもまれおこらすをだりくさあけよそきちどせねみつやわじ"
    "えばめほろょゃょへゆぶべずげむびごぎぜしァーンスルトイリラクドタシアレフジムマコロテデサ"
    "カプウニオグバメキパセビチダミポナモブエヴワボペハソ"
    "人私何言日本今行見来事大思時君俺分前出気一会話者子生死手間知中彼上年国自先家長方三心女男下";

constexpr std::string_view kKorean =
    "이다는가을에고지어하나의아도기한를사그리자은있로게야해거니내요서인대안수들면만라시정일"
    "전보여우았겠습음했없때무마당것세장주모오너저생알말러네상제스부를구원신난됐할건왜뭐럼"
    "람진소데던두려문분와더좋바비과계까";

// By frequency in films more than in books.
constexpr std::array kModels = std::to_array<LanguageModel>({
    {"ru", Script::kCyrillic, "оеаинтсрвлкмдпуяыьгзбчйхжшюцщэфъё",
     " и в не на я что с ты это как но по а он из за так же все мы у да вы мне нет бы его был меня "
     "тебя ещё если вот есть от мой она они где кто для там тут "},
    {"zh-Hans", Script::kHan, kSimplified, ""},
    {"zh-Hant", Script::kHan, kTraditional, ""},
    {"en", Script::kLatin, "éèïñêçöôáüœæ",
     " the and you to of is it that i in what we for this on are have be not he do with my your "
     "was "
     "no me they but from all so at she know will just can here there if who "},
    {"uk", Script::kCyrillic, "оаинвіртескулдмпязьбгйчхжцюєшїфщґ",
     " і в не на я що з ти це як але по а він та за так є усе ми у ви мені ні його був мене тебе "
     "вона вони де хто для там тут від до "},
    {"be", Script::kCyrillic, "анірокстлвыецдпймуьязгбчшўхжюэёф",
     " і ў не на я што з ты гэта як але па а ён за так мы вы мяне яна яны дзе хто для там "},
    {"bg", Script::kCyrillic, "аоеитнврсдлкпмзъгбуячйцшщжхфюь",
     " и да на се не е в от за с по какво това аз ти си го ме ще как но ли той тя ние вие са съм "},
    {"sr", Script::kCyrillic, "аиоенсртукдвјмплзгбчшцњћжхљђџф",
     " и да је у се на не сам за што то си од ми ти са шта али као како он она нас ово "},
    {"mk", Script::kCyrillic, "аоеитнрсвдлкмпзјгубчшжцќњфхѓџљѕ",
     " и да на не се е во од за што го со ми ти ја сум си но како тој таа ние вие овој "},
    {"kk", Script::kCyrillic, "аынеіртлдсмкқбұйғоужәгзөүпңшхюяиэвфцһ",
     " мен сен бұл және бір де да не жоқ иә бар керек үшін мені сені қалай "},
    {"ja", Script::kKana, kJapanese, ""},
    {"ko", Script::kHangul, kKorean, " 나는 내가 우리 그 이 저 안 왜 뭐 네 "},
    {"fr", Script::kLatin, "éàèêçùôîûâœïëæüÿ",
     " le la les de des et est un une pas que je tu vous nous il elle ce qui en dans pour on ne ai "
     "sur mais avec mon ma au du se moi toi "},
    {"de", Script::kLatin, "üäöß",
     " ich und die der das ist nicht du sie es wir ein eine zu mit was den auf in ja nein mir mich "
     "dich hat habe aber wie wenn von war bin "},
    {"es", Script::kLatin, "óéáíñúü",
     " el la los las de que y no en un una es por con para lo se me te mi tu su si pero como qué "
     "está yo esto muy más del al "},
    {"it", Script::kLatin, "èòàùéìî",
     " il la le di che e non un una per sono con mi ti lo si ho hai ma come questo cosa del della "
     "nel io tu bene anche gli "},
    {"pt", Script::kLatin, "ãéçáóêíõúâàô",
     " o a os as de que e não um uma em para com se eu você por mas ele ela do da no na isso está "
     "meu minha muito bem "},
    {"pl", Script::kLatin, "łęążśćóńź",
     " nie to w się na i jest że z co jak do tak mnie ja ty mam czy ale po za jesteś tego już "},
    {"cs", Script::kLatin, "áíěéřčýžšůúňťďó",
     " to je se na v co že ne a jsem do tak si mi jak jsi ale za by s já ty když pro už "},
    {"sk", Script::kLatin, "áíéčžýšľúťňôäďóĺŕ",
     " to je sa na v čo že nie a som do tak si mi ako ale za by s ja ty keď pre už "},
    {"hu", Script::kLatin, "áéőöóüíűú",
     " a az nem hogy és is egy ez meg csak van de mi ha el én te jó igen ki vagy mit "},
    {"ro", Script::kLatin, "ăîţşâțș",
     " de nu să și si sa în in la un o cu ce pe mai că ca este e a am te mă din ai pentru asta "},
    {"hr", Script::kLatin, "čšžćđ",
     " je i da se u na ne sam za to što si od mi ti sa ali kao kako on ona ovo nije "},
    {"tr", Script::kLatin, "ıışğüçöâİî",
     " bir bu ne ve için çok ben sen var da de mi o evet hayır ama daha değil gibi benim "},
    {"nl", Script::kLatin, "ëéïèöü",
     " de het een en ik je niet is dat van in op te zijn we wat met voor die hij maar er mijn "},
    {"sv", Script::kLatin, "äåöé",
     " och är det jag du inte att en i på vi som har för med mig dig han den om vad "},
    {"da", Script::kLatin, "øåæé",
     " og er det jeg du ikke at en i på vi som har for med mig dig han den om hvad af "},
    {"no", Script::kLatin, "åøæé",
     " og er det jeg du ikke at en i på vi som har for med meg deg han den om hva av "},
    {"fi", Script::kLatin, "äöå",
     " on ei se ja en että minä sinä hän mitä oli niin mutta kun olen ole voi tämä "},
    {"et", Script::kLatin, "äõüöšž",
     " on ei ja ma see et sa ta mis oli kui aga siis seda olen mida pole "},
    {"lv", Script::kLatin, "āīēšūņļžģčķ",
     " un ir es tu ka ne kas to par bet man viņš mēs jūs tas nav uz ar "},
    {"lt", Script::kLatin, "ėšųžįąūčę",
     " ir tai aš ne kad tu jis į su kas bet mes man yra jūs ką tik iš "},
    {"vi", Script::kLatin, "àđáạảôưếộơốìấậêờãúịôòầâìồểủùởọèứóựíợữộừẽéỏýẹềụăắặệớổộỗỉĩũ",
     " không tôi anh là và có của một cho em người này được với đã thì mà ở đi "},
    {"el", Script::kGreek, "αοιετσνρκπμηλωυόςίήέάδγύώχθφβξζψϊΐϋ",
     " το να είναι και δεν του με για τι από την η ο σε θα που στο μου σου "},
    {"he", Script::kHebrew, "יולהמארתנבשכקעחדפגצטזסםןךףץ",
     " את לא זה אני של על מה הוא היא עם כן אתה יש אם "},
    {"ar", Script::kArabic, "اليمونترهبعسدفكحقجةشأصىخطزذءضغثإئظؤآ",
     " في من على هذا أن لا ما إلى هل أنا لقد هو كان عن "},
    {"fa", Script::kArabic, "اینهرمودتسبشکگخزفعجقلپحچآطصغضظژذثئء",
     " و که به از را این در تو من است با آن ما چه برای "},
    {"th", Script::kThai, "านรกอเยมง่ลวด้ทสตะปบคหแจพชขใไโผธถฉซญภฟศณษฏ์ุูิีืึัำ", ""},
    {"hi", Script::kDevanagari, "करनहसतमपलयवबदजगचटभशखधथफठषड", " है के में की को से का यह मैं "},
    {"hy", Script::kArmenian, "աենիորկտմվսլհդգթպբյշխձցզճք", ""},
    {"ka", Script::kGeorgian, "აიერსომლნდბვთუგხშკცქპყჩჭძწ", ""},
});

// Characters that differ between simplified and traditional writing, in pairs. Where one form also
// stands in the other writing for another word (后, 里, 台), the pair is left out.
constexpr std::string_view kPairs =
    "这這来來们們说說会會过過个個还還对對给給现現时時样樣让讓点點当當开開谢謝话話谁誰请請爱愛见見"
    "问問经經两兩从從钱錢诉訴应應该該觉覺带帶听聽杀殺帮幫关關认認识識国國电電学學门門车車"
    "兴興动動气氣发發错錯离離实實长長记記头頭钟鐘间間结結总總无無与與内內场場种種机機远遠进進"
    "亲親妈媽儿兒师師医醫语語风風树樹马馬猫貓鸟鳥鱼魚红紅绿綠蓝藍声聲乐樂画畫书書飞飛东東"
    "万萬条條张張块塊办辦选選择擇变變题題数數设設运運计計体體党黨义義级級军軍权權备備续續务務"
    "历歷连連队隊装裝疗療约約极極满滿据據达達专專区區热熱轻輕脸臉脚腳伤傷担擔忧憂梦夢岁歲静靜"
    "卖賣买買为為没沒吗嗎么麼边邊难難单單华華战戰团團图圖园園围圍坏壞处處妇婦孙孫宝寶导導将將"
    "岛島币幣广廣庆慶异異张張弹彈归歸录錄忆憶怀懷态態惊驚愿願戏戲户戶扬揚护護报報拥擁拦攔换換"
    "挥揮捡撿损損摆擺摇搖敌敵断斷旧舊显顯晓曉术術杂雜来來枪槍样樣桥橋检檢楼樓欢歡残殘毕畢汉漢"
    "汤湯沟溝泪淚泽澤洁潔浅淺测測济濟温溫湾灣灭滅灯燈灵靈炼煉烧燒爷爺状狀独獨狱獄玛瑪环環现現"
    "疯瘋痒癢监監盖蓋盘盤码碼礼禮祸禍称稱稳穩穷窮竞競笔筆签簽简簡类類粮糧纪紀纸紙线線组組"
    "细細终終绍紹绝絕统統继繼绪緒维維缘緣编編罗羅罚罰职職联聯聪聰胜勝脑腦脱脫艺藝节節苏蘇"
    "药藥获獲营營虑慮虽雖补補装裝观觀规規视視觉覺誉譽订訂训訓讨討许許论論访訪证證评評词詞试試"
    "诗詩诚誠详詳误誤读讀调調谈談谋謀负負财財责責败敗货貨质質贫貧购購费費赛賽赢贏赶趕跃躍转轉"
    "轮輪软軟较較输輸辞辭边邊迁遷违違迟遲适適遗遺邮郵邻鄰郑鄭释釋针針铁鐵银銀铃鈴锁鎖镇鎮闭閉"
    "闲閒闹鬧闻聞阅閱阳陽阴陰阶階际際陆陸陈陳险險随隨隐隱难難雾霧韩韓页頁顶頂项項顺順须須预預"
    "领領频頻颗顆颜顏额額饭飯饮飲饿餓馆館驾駕骂罵验驗骑騎骗騙鸡雞麦麥黄黃齐齊齿齒龙龍龟龜";

// The share of a language's letters that the letter of rank `rank` (from 0) of `count` has, after
// Gusein-Zade: fits alphabets of any language well enough.
double alphabet_share(std::size_t rank, std::size_t count) {
    const auto n = static_cast<double>(count);
    return (std::log(n + 1) - std::log(static_cast<double>(rank) + 1)) / n;
}

// The same for characters, of which there are thousands: half of all text is in the first hundred.
double character_share(std::size_t rank) {
    constexpr double kListed = 0.75;  // the share of text that the lists cover
    constexpr double kShift = 12;     // flattens Zipf's law at its beginning
    constexpr double kSum = 3.8;      // of 1 / (rank + kShift) over some 600 characters
    return kListed / ((static_cast<double>(rank) + kShift) * kSum);
}

using Table = std::unordered_map<char32_t, float>;

Table make_table(const LanguageModel& model) {
    std::vector<char32_t> letters;
    Table table;
    for (std::string_view rest = model.letters; !rest.empty();) {
        const char32_t letter = to_lower(take_character(rest));
        if (table.emplace(letter, 0.0F).second) letters.push_back(letter);
    }
    for (std::size_t rank = 0; rank < letters.size(); ++rank) {
        const double share = has_characters(model.script) ? character_share(rank)
                                                          : alphabet_share(rank, letters.size());
        table[letters[rank]] = static_cast<float>(-std::log2(share));
    }
    return table;
}

const Table& table_of(const LanguageModel& model) {
    static const std::vector<Table> kTables = [] {
        std::vector<Table> tables;
        for (const LanguageModel& each : kModels) {
            tables.push_back(make_table(each));
        }
        return tables;
    }();
    return kTables[static_cast<std::size_t>(&model - kModels.data())];
}

bool is_western_punctuation(char32_t c) {
    return c == 0xa0 || c == 0xab || c == 0xbb || c == 0xb0 || c == 0xb7 ||
           (c >= 0x2010 && c <= 0x2026) || c == 0x2116 || c == 0x266a || c == 0x266b;
}

bool is_wide_punctuation(char32_t c) {
    return (c >= 0x3000 && c <= 0x3011) || (c >= 0x3014 && c <= 0x301f) || c == 0xff01 ||
           c == 0xff08 || c == 0xff09 || c == 0xff0c || c == 0xff0e || c == 0xff1a || c == 0xff1b ||
           c == 0xff1f || c == 0xff5e || c == 0x2014 || c == 0x2018 || c == 0x2019 || c == 0x201c ||
           c == 0x201d || c == 0x2026 || c == 0xb7 || c == 0x2027 || c == 0x22ef;
}

}  // namespace

std::span<const LanguageModel> language_models() {
    return kModels;
}

const LanguageModel* find_language_model(std::string_view tag) {
    const auto* const found =
        std::find_if(kModels.begin(), kModels.end(),
                     [&](const LanguageModel& model) { return model.tag == tag; });
    return found == kModels.end() ? nullptr : found;
}

double surprise(const LanguageModel& model, char32_t character) {
    constexpr double kInvalid = 25;
    constexpr double kControl = 20;
    constexpr double kPunctuation = 7;
    constexpr double kWidePunctuation = 5.5;
    constexpr double kUnlistedLetter = 11;
    constexpr double kUnlistedCharacter = 14.5;
    constexpr double kForeign = 15;
    constexpr double kSymbol = 14;
    if (character == 0xfffd) return kInvalid;
    const Table& table = table_of(model);
    const auto found = table.find(to_lower(character));
    if (found != table.end()) return found->second;
    const bool characters = has_characters(model.script);
    if (characters && is_wide_punctuation(character)) return kWidePunctuation;
    if (is_western_punctuation(character)) return kPunctuation;
    if ((character == 0xa1 || character == 0xbf) && model.tag == "es") return kPunctuation;
    if (character < 0xa0 || (character >= 0xe000 && character <= 0xf8ff) ||
        (character >= 0xfff0 && character <= 0xffff)) {
        return kControl;
    }
    const Script script = script_of(character);
    if (script == Script::kNone) return kSymbol;
    if (characters && (script == Script::kHan || script == model.script)) {
        // What is beyond the characters of daily use is rarer still.
        const bool rare = character >= 0x20000 || (character >= 0x3400 && character <= 0x4dbf) ||
                          (character >= 0xf900 && character <= 0xfaff);
        return rare ? kControl : kUnlistedCharacter;
    }
    return script == model.script ? kUnlistedLetter : kForeign;
}

HanForm han_form(char32_t character) {
    static const std::unordered_map<char32_t, HanForm> kForms = [] {
        std::unordered_map<char32_t, HanForm> forms;
        for (std::string_view rest = kPairs; !rest.empty();) {
            const char32_t simplified = take_character(rest);
            const char32_t traditional = take_character(rest);
            if (simplified == traditional) continue;
            forms[simplified] = HanForm::kSimplified;
            forms[traditional] = HanForm::kTraditional;
        }
        return forms;
    }();
    const auto found = kForms.find(character);
    return found == kForms.end() ? HanForm::kBoth : found->second;
}

}  // namespace matinee::subtitles
