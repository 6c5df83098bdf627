### Was alle über eine Störung erfahren: Entwürfe, Bestätigungen, Nachricht an Meldende, der Stand.

## Namen in der Öffentlichkeit

# Steht immer nach „auf“ oder „von“, also im Dativ.
servers-unnamed = { $count ->
    [one] einem unserer Server
   *[other] einigen unserer Server
}
servers-others = weiteren Servern
servers-many = { $count } unserer Server

component-public = { $kind ->
    [provider] unser Netzwerkanbieter
    [datacenter] unser Rechenzentrum
    [network] unser Netzwerkanbieter
    [rack] unser Rechenzentrum
    [hypervisor] einer unserer Wirtsrechner
    [database] unser Datenbankdienst
    [dns] unser Namensdienst
    [mail] unser E-Mail-Dienst
    [server] einer unserer Server
   *[other] ein Teil unseres Dienstes
}

## Titel

title = { $impact ->
    [critical] Websites auf { $servers } laden nicht
    [major] Websites auf { $servers } laden oft nicht
   *[other] Websites auf { $servers } sind langsam oder laden nicht immer
}
title-reported = Meldungen über Probleme mit Websites auf { $servers }

title-foreign = { $title } [auf { $language }]
language-name = { $language ->
    [de] Deutsch
    [en] Englisch
    [es] Spanisch
    [fr] Französisch
   *[other] einer anderen Sprache
}

## Entwürfe öffentlicher Meldungen

trouble = { $impact ->
    [critical] Websites auf { $servers } laden zurzeit nicht.
    [major] Websites auf { $servers } laden oft nicht.
   *[other] Websites auf { $servers } sind langsam, und manche Aufrufe schlagen fehl.
}

trouble-short = { $impact ->
    [critical] Websites auf { $servers } laden nicht.
    [major] Websites auf { $servers } laden oft nicht.
   *[other] Websites auf { $servers } sind langsam oder laden nicht immer.
}

draft-investigating = { $trouble } Beginn: etwa { $since }. Wir suchen die Ursache.
draft-investigating-short = { $trouble } Wir suchen die Ursache.
draft-investigating-reported = Kunden melden uns, dass Websites auf { $servers } langsam sind oder nicht laden. Wir gehen dem nach.
draft-investigating-reported-short = Kunden melden Probleme mit Websites auf { $servers }. Wir gehen dem nach.
draft-investigating-opened = { $title }. Wir gehen dem nach.

draft-holding = { $trouble } Beginn: etwa { $since }. Unsere Überwachung hat es bemerkt und unser Team alarmiert.
draft-holding-short = { $trouble } Unsere Überwachung hat unser Team alarmiert.

draft-identified = { $trouble } Wir haben die Ursache gefunden und arbeiten daran.
draft-identified-cause = { $trouble } Wir haben die Ursache eingegrenzt: { $cause }. Wir arbeiten daran.
draft-identified-cause-short = { $trouble } Ursache: { $cause }. Wir arbeiten daran.
draft-identified-opened = { $title }. Wir haben die Ursache gefunden und arbeiten daran.

draft-update = { $trouble } Wir arbeiten weiter daran; es gibt noch nichts Neues zu berichten.
draft-update-short = { $trouble } Wir arbeiten weiter daran.
draft-update-reported = Kunden melden uns, dass Websites auf { $servers } langsam sind oder nicht laden. Wir gehen dem weiter nach; es gibt noch nichts Neues zu berichten.
draft-update-reported-short = Kunden melden Probleme mit Websites auf { $servers }. Wir gehen dem weiter nach.
draft-update-opened = { $title }. Wir arbeiten weiter daran; es gibt noch nichts Neues zu berichten.
draft-watching = Websites auf { $servers } laden weiterhin normal. Wir beobachten sie, bis wir sicher sind.
draft-watching-opened = „{ $title }“: Das sieht gut aus, und wir beobachten es, bis wir sicher sind.

draft-wider = { $trouble } Es sind mehr Server betroffen, als wir zuvor gemeldet haben. Wir arbeiten daran.
draft-wider-short = { $trouble } Es sind mehr Server betroffen als zuvor. Wir arbeiten daran.

draft-back = Die Störung ist wieder aufgetreten. { $trouble } Wir arbeiten daran.
draft-back-reported = Die Störung ist wieder aufgetreten: Kunden melden uns, dass Websites auf { $servers } langsam sind oder nicht laden. Wir arbeiten daran.
draft-back-reported-short = Die Störung ist wieder aufgetreten: Kunden melden Probleme mit Websites auf { $servers }. Wir arbeiten daran.

draft-monitoring = Websites auf { $servers } laden wieder normal. Wir beobachten sie, bis wir sicher sind.
draft-monitoring-opened = „{ $title }“: Das funktioniert wieder normal. Wir beobachten es, bis wir sicher sind.

draft-resolved = Die Störung ist behoben: Websites auf { $servers } laden wieder uneingeschränkt. Beginn: etwa { $since }, Ende: etwa { $until }. Falls Ihre Website noch immer nicht lädt, geben Sie uns bitte Bescheid.
draft-resolved-short = Die Störung ist behoben: Websites auf { $servers } laden wieder uneingeschränkt. Falls Ihre nicht lädt, geben Sie uns bitte Bescheid.
draft-resolved-opened = „{ $title }“: Das ist behoben, und alles läuft wieder uneingeschränkt. Falls noch etwas nicht funktioniert, geben Sie uns bitte Bescheid.

draft-false-alarm = Wir hatten Probleme mit Websites auf { $servers } gemeldet. Das war ein Fehlalarm: Sie haben die ganze Zeit normal funktioniert. Bitte entschuldigen Sie.
draft-false-alarm-short = Die gemeldeten Probleme mit Websites auf { $servers } waren ein Fehlalarm. Bitte entschuldigen Sie.
draft-false-alarm-opened = Wir hatten gemeldet: „{ $title }“. Das war ein Fehlalarm: Alles hat die ganze Zeit normal funktioniert. Bitte entschuldigen Sie.

# Afterwards, of an incident that is over; $link is where staff wrote it down.
draft-post-mortem = Was geschehen ist, warum, und was wir ändern: { $link }

promise = Nächste Meldung spätestens: { $time }.

## Worte einer Person, für Leser einer anderen Sprache

own-words =
    { $state }
    Unser Team schreibt, auf { $language }: „{ $words }“
own-words-state = { $kind ->
    [identified] Wir haben die Ursache der Störung gefunden und arbeiten daran.
    [update] Wir arbeiten weiter an der Störung.
    [monitoring] Es sieht wieder gut aus, und wir beobachten es.
    [resolved] Die Störung ist behoben.
    [post_mortem] Wir haben untersucht, was geschehen ist.
    [false_alarm] Es war ein Fehlalarm.
   *[other] Wir gehen einer Störung nach.
}

## Meldende

acknowledgement = Vielen Dank, Ihre Meldung ist bei unserem Team angekommen. { $known }
acknowledgement-known = Was wir wissen: { $incidents }.
acknowledgement-unknown = Wir gehen der Sache nach.
acknowledgement-incident = { $title } ({ $state })
acknowledgement-people = { $people ->
    [one] Sie melden in den letzten Stunden als Erste oder Erster ein Problem mit { $server }.
   *[other] In den letzten Stunden haben { $people } Personen ein Problem mit { $server } gemeldet.
}
acknowledgement-server = Ihrem Server

follow-up-identified =
    Sie haben uns ein Problem gemeldet. { $text }
    Wir schreiben Ihnen wieder, wenn es behoben ist.
follow-up-resolved =
    Sie haben uns ein Problem gemeldet. { $text }
    Ist es für Sie behoben?

state = { $state ->
    [investigating] wir suchen die Ursache
    [identified] wir kennen die Ursache und arbeiten daran
    [monitoring] es sieht wieder gut aus, und wir beobachten es
    [resolved] es ist behoben
   *[false_alarm] es war ein Fehlalarm
}

button-fixed = Bei mir behoben
button-still-broken = Noch nicht behoben

## Der Stand, wenn Kunden fragen

answer-staff-only = Das ist nur für unser Team. „status“ sagt, wie es steht.
answer-next = Nächste Meldung spätestens: { $time }.
answer-status-well = Zurzeit sind keine Störungen gemeldet.
answer-status-incident =
    { $title }: { $state }.
    { $text }
