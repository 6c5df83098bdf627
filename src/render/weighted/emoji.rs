//! Which emoji X counts as one: those of Unicode 11.
//!
//! The tables are what twitter-text 3.1.0 takes for one emoji, sequence by sequence.

const JOINER: char = '\u{200d}';
const VARIED: char = '\u{fe0f}';
const HEART: [char; 2] = ['\u{2764}', VARIED];
const KISS: char = '\u{1f48b}';
const MAN: char = '\u{1f468}';
const WOMAN: char = '\u{1f469}';

/// Signs that are an emoji together with [`VARIED`].
const TEXTS: &[(char, char)] = &[
    ('\u{a9}', '\u{a9}'),
    ('\u{ae}', '\u{ae}'),
    ('\u{203c}', '\u{203c}'),
    ('\u{2049}', '\u{2049}'),
    ('\u{2122}', '\u{2122}'),
    ('\u{2139}', '\u{2139}'),
    ('\u{2194}', '\u{2199}'),
    ('\u{21a9}', '\u{21aa}'),
    ('\u{231a}', '\u{231b}'),
    ('\u{2328}', '\u{2328}'),
    ('\u{23cf}', '\u{23cf}'),
    ('\u{23ed}', '\u{23ef}'),
    ('\u{23f1}', '\u{23f2}'),
    ('\u{23f8}', '\u{23fa}'),
    ('\u{24c2}', '\u{24c2}'),
    ('\u{25aa}', '\u{25ab}'),
    ('\u{25b6}', '\u{25b6}'),
    ('\u{25c0}', '\u{25c0}'),
    ('\u{25fb}', '\u{25fe}'),
    ('\u{2600}', '\u{2604}'),
    ('\u{260e}', '\u{260e}'),
    ('\u{2611}', '\u{2611}'),
    ('\u{2614}', '\u{2615}'),
    ('\u{2618}', '\u{2618}'),
    ('\u{261d}', '\u{261d}'),
    ('\u{2620}', '\u{2620}'),
    ('\u{2622}', '\u{2623}'),
    ('\u{2626}', '\u{2626}'),
    ('\u{262a}', '\u{262a}'),
    ('\u{262e}', '\u{262f}'),
    ('\u{2638}', '\u{263a}'),
    ('\u{2640}', '\u{2640}'),
    ('\u{2642}', '\u{2642}'),
    ('\u{2648}', '\u{2653}'),
    ('\u{265f}', '\u{2660}'),
    ('\u{2663}', '\u{2663}'),
    ('\u{2665}', '\u{2666}'),
    ('\u{2668}', '\u{2668}'),
    ('\u{267b}', '\u{267b}'),
    ('\u{267f}', '\u{267f}'),
    ('\u{2692}', '\u{2697}'),
    ('\u{2699}', '\u{2699}'),
    ('\u{269b}', '\u{269c}'),
    ('\u{26a0}', '\u{26a1}'),
    ('\u{26aa}', '\u{26ab}'),
    ('\u{26b0}', '\u{26b1}'),
    ('\u{26bd}', '\u{26be}'),
    ('\u{26c4}', '\u{26c5}'),
    ('\u{26c8}', '\u{26c8}'),
    ('\u{26cf}', '\u{26cf}'),
    ('\u{26d1}', '\u{26d1}'),
    ('\u{26d3}', '\u{26d4}'),
    ('\u{26e9}', '\u{26ea}'),
    ('\u{26f0}', '\u{26f5}'),
    ('\u{26f7}', '\u{26fa}'),
    ('\u{26fd}', '\u{26fd}'),
    ('\u{2702}', '\u{2702}'),
    ('\u{2708}', '\u{2709}'),
    ('\u{270c}', '\u{270d}'),
    ('\u{270f}', '\u{270f}'),
    ('\u{2712}', '\u{2712}'),
    ('\u{2714}', '\u{2714}'),
    ('\u{2716}', '\u{2716}'),
    ('\u{271d}', '\u{271d}'),
    ('\u{2721}', '\u{2721}'),
    ('\u{2733}', '\u{2734}'),
    ('\u{2744}', '\u{2744}'),
    ('\u{2747}', '\u{2747}'),
    ('\u{2757}', '\u{2757}'),
    ('\u{2763}', '\u{2764}'),
    ('\u{27a1}', '\u{27a1}'),
    ('\u{2934}', '\u{2935}'),
    ('\u{2b05}', '\u{2b07}'),
    ('\u{2b1b}', '\u{2b1c}'),
    ('\u{2b50}', '\u{2b50}'),
    ('\u{2b55}', '\u{2b55}'),
    ('\u{3030}', '\u{3030}'),
    ('\u{303d}', '\u{303d}'),
    ('\u{3297}', '\u{3297}'),
    ('\u{3299}', '\u{3299}'),
    ('\u{1f004}', '\u{1f004}'),
    ('\u{1f170}', '\u{1f171}'),
    ('\u{1f17e}', '\u{1f17f}'),
    ('\u{1f202}', '\u{1f202}'),
    ('\u{1f21a}', '\u{1f21a}'),
    ('\u{1f22f}', '\u{1f22f}'),
    ('\u{1f237}', '\u{1f237}'),
    ('\u{1f321}', '\u{1f321}'),
    ('\u{1f324}', '\u{1f32c}'),
    ('\u{1f336}', '\u{1f336}'),
    ('\u{1f37d}', '\u{1f37d}'),
    ('\u{1f396}', '\u{1f397}'),
    ('\u{1f399}', '\u{1f39b}'),
    ('\u{1f39e}', '\u{1f39f}'),
    ('\u{1f3cb}', '\u{1f3ce}'),
    ('\u{1f3d4}', '\u{1f3df}'),
    ('\u{1f3f3}', '\u{1f3f3}'),
    ('\u{1f3f5}', '\u{1f3f5}'),
    ('\u{1f3f7}', '\u{1f3f7}'),
    ('\u{1f43f}', '\u{1f43f}'),
    ('\u{1f441}', '\u{1f441}'),
    ('\u{1f4fd}', '\u{1f4fd}'),
    ('\u{1f549}', '\u{1f54a}'),
    ('\u{1f56f}', '\u{1f570}'),
    ('\u{1f573}', '\u{1f579}'),
    ('\u{1f587}', '\u{1f587}'),
    ('\u{1f58a}', '\u{1f58d}'),
    ('\u{1f590}', '\u{1f590}'),
    ('\u{1f5a5}', '\u{1f5a5}'),
    ('\u{1f5a8}', '\u{1f5a8}'),
    ('\u{1f5b1}', '\u{1f5b2}'),
    ('\u{1f5bc}', '\u{1f5bc}'),
    ('\u{1f5c2}', '\u{1f5c4}'),
    ('\u{1f5d1}', '\u{1f5d3}'),
    ('\u{1f5dc}', '\u{1f5de}'),
    ('\u{1f5e1}', '\u{1f5e1}'),
    ('\u{1f5e3}', '\u{1f5e3}'),
    ('\u{1f5e8}', '\u{1f5e8}'),
    ('\u{1f5ef}', '\u{1f5ef}'),
    ('\u{1f5f3}', '\u{1f5f3}'),
    ('\u{1f5fa}', '\u{1f5fa}'),
    ('\u{1f6cb}', '\u{1f6cb}'),
    ('\u{1f6cd}', '\u{1f6cf}'),
    ('\u{1f6e0}', '\u{1f6e5}'),
    ('\u{1f6e9}', '\u{1f6e9}'),
    ('\u{1f6f0}', '\u{1f6f0}'),
    ('\u{1f6f3}', '\u{1f6f3}'),
];

/// Emoji that have a colour of skin.
const SKINNED: &[(char, char)] = &[
    ('\u{261d}', '\u{261d}'),
    ('\u{26f7}', '\u{26f7}'),
    ('\u{26f9}', '\u{26f9}'),
    ('\u{270a}', '\u{270d}'),
    ('\u{1f385}', '\u{1f385}'),
    ('\u{1f3c2}', '\u{1f3c4}'),
    ('\u{1f3c7}', '\u{1f3c7}'),
    ('\u{1f3ca}', '\u{1f3cc}'),
    ('\u{1f442}', '\u{1f443}'),
    ('\u{1f446}', '\u{1f450}'),
    ('\u{1f466}', '\u{1f469}'),
    ('\u{1f46e}', '\u{1f46e}'),
    ('\u{1f470}', '\u{1f478}'),
    ('\u{1f47c}', '\u{1f47c}'),
    ('\u{1f481}', '\u{1f483}'),
    ('\u{1f485}', '\u{1f487}'),
    ('\u{1f4aa}', '\u{1f4aa}'),
    ('\u{1f574}', '\u{1f575}'),
    ('\u{1f57a}', '\u{1f57a}'),
    ('\u{1f590}', '\u{1f590}'),
    ('\u{1f595}', '\u{1f596}'),
    ('\u{1f645}', '\u{1f647}'),
    ('\u{1f64b}', '\u{1f64f}'),
    ('\u{1f6a3}', '\u{1f6a3}'),
    ('\u{1f6b4}', '\u{1f6b6}'),
    ('\u{1f6c0}', '\u{1f6c0}'),
    ('\u{1f6cc}', '\u{1f6cc}'),
    ('\u{1f918}', '\u{1f91c}'),
    ('\u{1f91e}', '\u{1f91f}'),
    ('\u{1f926}', '\u{1f926}'),
    ('\u{1f930}', '\u{1f939}'),
    ('\u{1f93d}', '\u{1f93e}'),
    ('\u{1f9b5}', '\u{1f9b6}'),
    ('\u{1f9b8}', '\u{1f9b9}'),
    ('\u{1f9d1}', '\u{1f9dd}'),
];

/// Emoji that are a woman or a man where that is joined to them.
const GENDERED: &[(char, char)] = &[
    ('\u{1f3c3}', '\u{1f3c4}'),
    ('\u{1f3ca}', '\u{1f3ca}'),
    ('\u{1f46e}', '\u{1f46f}'),
    ('\u{1f471}', '\u{1f471}'),
    ('\u{1f473}', '\u{1f473}'),
    ('\u{1f477}', '\u{1f477}'),
    ('\u{1f481}', '\u{1f482}'),
    ('\u{1f486}', '\u{1f487}'),
    ('\u{1f645}', '\u{1f647}'),
    ('\u{1f64b}', '\u{1f64b}'),
    ('\u{1f64d}', '\u{1f64e}'),
    ('\u{1f6a3}', '\u{1f6a3}'),
    ('\u{1f6b4}', '\u{1f6b6}'),
    ('\u{1f926}', '\u{1f926}'),
    ('\u{1f935}', '\u{1f935}'),
    ('\u{1f937}', '\u{1f939}'),
    ('\u{1f93c}', '\u{1f93e}'),
    ('\u{1f9b8}', '\u{1f9b9}'),
    ('\u{1f9d6}', '\u{1f9df}'),
];

/// Those of them that need a colour of skin or [`VARIED`].
const GENDERED_VARIED: &[(char, char)] =
    &[('\u{26f9}', '\u{26f9}'), ('\u{1f3cb}', '\u{1f3cc}'), ('\u{1f574}', '\u{1f575}')];

/// What a woman or a man can be by trade, or have for hair.
const TRADES: &[(char, char)] = &[
    ('\u{1f33e}', '\u{1f33e}'),
    ('\u{1f373}', '\u{1f373}'),
    ('\u{1f393}', '\u{1f393}'),
    ('\u{1f3a4}', '\u{1f3a4}'),
    ('\u{1f3a8}', '\u{1f3a8}'),
    ('\u{1f3eb}', '\u{1f3eb}'),
    ('\u{1f3ed}', '\u{1f3ed}'),
    ('\u{1f4bb}', '\u{1f4bc}'),
    ('\u{1f527}', '\u{1f527}'),
    ('\u{1f52c}', '\u{1f52c}'),
    ('\u{1f680}', '\u{1f680}'),
    ('\u{1f692}', '\u{1f692}'),
    ('\u{1f9b0}', '\u{1f9b3}'),
];

/// Sequences like no other.
const ODD: &[&[char]] = &[
    &['\u{1f441}', JOINER, '\u{1f5e8}'],
    &['\u{1f3f3}', VARIED, JOINER, '\u{1f308}'],
    &['\u{1f3f4}', JOINER, '\u{2620}', VARIED],
    &['\u{1f3f4}', '\u{e0067}', '\u{e0062}', '\u{e0065}', '\u{e006e}', '\u{e0067}', '\u{e007f}'],
    &['\u{1f3f4}', '\u{e0067}', '\u{e0062}', '\u{e0073}', '\u{e0063}', '\u{e0074}', '\u{e007f}'],
    &['\u{1f3f4}', '\u{e0067}', '\u{e0062}', '\u{e0077}', '\u{e006c}', '\u{e0073}', '\u{e007f}'],
];

/// The regions that have a flag.
const FLAGS: &str = "\
    AC AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN \
    BO BQ BR BS BT BV BW BY BZ CA CC CD CF CG CH CI CK CL CM CN CO CP CR CU CV CW CX CY CZ \
    DE DG DJ DK DM DO DZ EA EC EE EG EH ER ES ET EU FI FJ FK FM FO FR GA GB GD GE GF GG GH \
    GI GL GM GN GP GQ GR GS GT GU GW GY HK HM HN HR HT HU IC ID IE IL IM IN IO IQ IR IS IT \
    JE JM JO JP KE KG KH KI KM KN KP KR KW KY KZ LA LB LC LI LK LR LS LT LU LV LY MA MC MD \
    ME MF MG MH MK ML MM MN MO MP MQ MR MS MT MU MV MW MX MY MZ NA NC NE NF NG NI NL NO NP \
    NR NU NZ OM PA PE PF PG PH PK PL PM PN PR PS PT PW PY QA RE RO RS RU RW SA SB SC SD SE \
    SG SH SI SJ SK SL SM SN SO SR SS ST SV SX SY SZ TA TC TD TF TG TH TJ TK TL TM TN TO TR \
    TT TV TW TZ UA UG UM UN US UY UZ VA VC VE VG VI VN VU WF WS XK YE YT ZA ZM ZW";

/// How many of `signs`, from the first on, are one emoji of more than one character; 0: none.
pub(super) fn taken(signs: &[char]) -> usize {
    let odd = ODD.iter().find(|odd| signs.starts_with(odd)).map(|odd| odd.len());
    odd.or_else(|| joined(signs)).or_else(|| simple(signs)).unwrap_or(0)
}

/// A sign and what varies it, a key, or a flag.
fn simple(signs: &[char]) -> Option<usize> {
    match *signs {
        ['#' | '*' | '0'..='9', VARIED, '\u{20e3}', ..] => Some(3),
        ['#' | '*' | '0'..='9', '\u{20e3}', ..] => Some(2),
        [sign, VARIED, ..] if is_in(TEXTS, sign) => Some(2),
        [sign, skin, ..] if is_skin(skin) && is_in(SKINNED, sign) => Some(2),
        [one, two, ..] => {
            let region = [letter(one)?, letter(two)?];
            let mut flags = FLAGS.split(' ');
            flags.any(|flag| flag.chars().eq(region)).then_some(2)
        }
        [] | [_] => None,
    }
}

/// People joined to what they are, or to each other.
fn joined(signs: &[char]) -> Option<usize> {
    let rest = signs.get(1..)?;
    let is_person = matches!(signs[0], MAN | WOMAN);
    let is_varied = rest.first().is_some_and(|sign| is_skin(*sign));
    let is_shown = is_varied || rest.first() == Some(&VARIED);
    let behind = if is_varied { rest.get(1..)? } else { rest };
    if is_person && let Some(end) = trade(behind) {
        return Some(signs.len() - behind.len() + end);
    }
    let is_gendered = is_in(GENDERED, signs[0]);
    let is_couple = matches!(signs[0], '\u{1f46f}' | '\u{1f93c}');
    let behind = match () {
        () if is_gendered && !(is_couple && is_varied) => behind,
        () if is_in(GENDERED_VARIED, signs[0]) && is_shown => rest.get(1..)?,
        () => return if is_person { family(signs) } else { None },
    };
    let is_gender = matches!(behind, [JOINER, '\u{2640}' | '\u{2642}', VARIED, ..]);
    is_gender.then(|| signs.len() - behind.len() + 3)
}

fn trade(signs: &[char]) -> Option<usize> {
    match *signs {
        [JOINER, '\u{2695}' | '\u{2696}' | '\u{2708}', VARIED, ..] => Some(3),
        [JOINER, trade, ..] if is_in(TRADES, trade) => Some(2),
        _ => None,
    }
}

/// Two in love, or parents with children.
fn family(signs: &[char]) -> Option<usize> {
    let first = signs[0];
    let in_love = |end: usize| {
        let other = *signs.get(end)?;
        let is_pair =
            other == first && matches!(first, MAN | WOMAN) || (first, other) == (WOMAN, MAN);
        is_pair.then_some(end + 1)
    };
    if signs.get(1..).is_some_and(|rest| rest.starts_with(&[JOINER, HEART[0], HEART[1], JOINER])) {
        let kissed = matches!(signs.get(5..), Some([KISS, JOINER, ..]));
        return in_love(if kissed { 7 } else { 5 });
    }
    let mut at = 1;
    if let Some([JOINER, second, ..]) = signs.get(1..)
        && (*second == first || (first, *second) == (MAN, WOMAN))
    {
        at = 3;
    }
    let child = |at: usize| match signs.get(at..) {
        Some([JOINER, child @ ('\u{1f466}' | '\u{1f467}'), ..]) => Some(*child),
        _ => None,
    };
    let eldest = child(at)?;
    // A girl comes before her brother.
    let has_second = child(at + 2).is_some_and(|second| eldest == '\u{1f467}' || second == eldest);
    Some(if has_second { at + 4 } else { at + 2 })
}

fn is_in(ranges: &[(char, char)], sign: char) -> bool {
    ranges.iter().any(|(first, last)| (*first..=*last).contains(&sign))
}

fn is_skin(sign: char) -> bool {
    ('\u{1f3fb}'..='\u{1f3ff}').contains(&sign)
}

/// The letter that a regional indicator stands for.
fn letter(sign: char) -> Option<char> {
    let place = u32::from(sign).checked_sub(0x1f1e6)?;
    let place = u8::try_from(place).ok().filter(|place| *place < 26)?;
    Some(char::from(b'A' + place))
}
