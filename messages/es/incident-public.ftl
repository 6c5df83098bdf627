### Lo que todo el mundo puede saber de una incidencia: borradores, acuses, avisos a quien informó, estado.

## Nombres en público

servers-unnamed = { $count ->
    [one] uno de nuestros servidores
   *[other] algunos de nuestros servidores
}
servers-others = otros servidores
servers-many = { $count } de nuestros servidores

component-public = { $kind ->
    [provider] nuestro proveedor de red
    [datacenter] nuestro centro de datos
    [network] nuestro proveedor de red
    [rack] nuestro centro de datos
    [hypervisor] una de nuestras máquinas anfitrionas
    [database] nuestro servicio de bases de datos
    [dns] nuestro servicio de nombres
    [mail] nuestro servicio de correo
    [server] uno de nuestros servidores
   *[other] una parte de nuestro servicio
}

## Títulos

title = { $impact ->
    [critical] Los sitios web en { $servers } no cargan
    [major] Los sitios web en { $servers } a menudo no cargan
   *[other] Los sitios web en { $servers } van lentos o no siempre cargan
}
title-reported = Avisos de problemas con sitios web en { $servers }

title-foreign = { $title } [en { $language }]
language-name = { $language ->
    [de] alemán
    [en] inglés
    [es] español
    [fr] francés
   *[other] otro idioma
}

## Borradores de comunicados

trouble = { $impact ->
    [critical] Los sitios web en { $servers } no cargan en este momento.
    [major] Los sitios web en { $servers } a menudo no cargan.
   *[other] Los sitios web en { $servers } van lentos y algunas visitas fallan.
}

trouble-short = { $impact ->
    [critical] Los sitios web en { $servers } no cargan.
    [major] Los sitios web en { $servers } a menudo no cargan.
   *[other] Los sitios web en { $servers } van lentos o no siempre cargan.
}

draft-investigating = { $trouble } Inicio aproximado: { $since }. Estamos buscando la causa.
draft-investigating-short = { $trouble } Estamos buscando la causa.
draft-investigating-reported = Nuestros clientes nos avisan de que los sitios web en { $servers } van lentos o no cargan. Lo estamos investigando.
draft-investigating-reported-short = Nuestros clientes avisan de problemas con sitios web en { $servers }. Lo estamos investigando.
draft-investigating-opened = { $title }. Lo estamos investigando.

draft-holding = { $trouble } Inicio aproximado: { $since }. Nuestra supervisión lo ha detectado y ha avisado a nuestro equipo.
draft-holding-short = { $trouble } Nuestra supervisión ha avisado a nuestro equipo.

draft-identified = { $trouble } Hemos encontrado la causa y estamos trabajando en ello.
draft-identified-cause = { $trouble } Hemos localizado la causa: { $cause }. Estamos trabajando en ello.
draft-identified-cause-short = { $trouble } Causa: { $cause }. Trabajamos en ello.
draft-identified-opened = { $title }. Hemos encontrado la causa y estamos trabajando en ello.

draft-update = { $trouble } Seguimos trabajando en ello; todavía no hay novedades.
draft-update-short = { $trouble } Seguimos trabajando en ello.
draft-update-reported = Nuestros clientes nos avisan de que los sitios web en { $servers } van lentos o no cargan. Lo seguimos investigando; todavía no hay novedades.
draft-update-reported-short = Nuestros clientes avisan de problemas con sitios web en { $servers }. Lo seguimos investigando.
draft-update-opened = { $title }. Seguimos trabajando en ello; todavía no hay novedades.
draft-watching = Los sitios web en { $servers } siguen cargando con normalidad. Los vigilaremos hasta estar seguros.
draft-watching-opened = «{ $title }»: parece estar bien y lo vigilaremos hasta estar seguros.

draft-wider = { $trouble } Hay más servidores afectados de los que habíamos comunicado. Estamos trabajando en ello.
draft-wider-short = { $trouble } Hay más servidores afectados que antes. Estamos trabajando en ello.

draft-back = El problema ha vuelto. { $trouble } Estamos trabajando en ello.
draft-back-reported = El problema ha vuelto: nuestros clientes nos avisan de que los sitios web en { $servers } van lentos o no cargan. Estamos trabajando en ello.
draft-back-reported-short = El problema ha vuelto: nuestros clientes avisan de fallos en sitios web en { $servers }. Estamos trabajando en ello.

draft-monitoring = Los sitios web en { $servers } vuelven a cargar con normalidad. Los vigilaremos hasta estar seguros.
draft-monitoring-opened = «{ $title }»: vuelve a funcionar con normalidad. Lo vigilaremos hasta estar seguros.

draft-resolved = Problema resuelto: los sitios web en { $servers } se han recuperado por completo. Inicio aproximado: { $since }; fin aproximado: { $until }. Si su sitio sigue fallando, avísenos, por favor.
draft-resolved-short = Problema resuelto: los sitios web en { $servers } se han recuperado por completo. Si el suyo sigue fallando, avísenos, por favor.
draft-resolved-opened = «{ $title }»: está resuelto y todo se ha recuperado por completo. Si algo sigue fallando, avísenos, por favor.

draft-false-alarm = Habíamos comunicado problemas con sitios web en { $servers }. Fue una falsa alarma: funcionaron con normalidad en todo momento. Disculpe las molestias.
draft-false-alarm-short = Los problemas comunicados con sitios web en { $servers } fueron una falsa alarma. Disculpe las molestias.
draft-false-alarm-opened = Habíamos comunicado: «{ $title }». Fue una falsa alarma: todo funcionó con normalidad en todo momento. Disculpe las molestias.

# Afterwards, of an incident that is over; $link is where staff wrote it down.
draft-post-mortem = Qué pasó, por qué y qué vamos a cambiar: { $link }

promise = Próximo aviso, como muy tarde: { $time }.

## Palabras de una persona, para quien lee en otro idioma

own-words =
    { $state }
    Nuestro equipo escribe, en { $language }: «{ $words }»
own-words-state = { $kind ->
    [identified] Hemos encontrado la causa del problema y estamos trabajando en ello.
    [update] Seguimos trabajando en el problema.
    [monitoring] Parece estar bien de nuevo y lo estamos vigilando.
    [resolved] El problema está resuelto.
    [post_mortem] Hemos analizado lo que pasó.
    [false_alarm] Fue una falsa alarma.
   *[other] Estamos investigando un problema detectado.
}

## Quienes informan

acknowledgement = Gracias, su aviso ha llegado a nuestro equipo. { $known }
acknowledgement-known = Lo que sabemos: { $incidents }.
acknowledgement-unknown = Lo estamos investigando.
acknowledgement-incident = { $title } ({ $state })
acknowledgement-people = { $people ->
    [one] Es la primera persona que avisa de un problema en { $server } en las últimas horas.
   *[other] { $people } personas han avisado de un problema en { $server } en las últimas horas.
}
acknowledgement-server = su servidor

follow-up-identified =
    Usted nos avisó de un problema. { $text }
    Le escribiremos de nuevo cuando esté resuelto.
follow-up-resolved =
    Usted nos avisó de un problema. { $text }
    ¿Está resuelto para usted?

state = { $state ->
    [investigating] estamos buscando la causa
    [identified] conocemos la causa y estamos trabajando en ello
    [monitoring] parece estar bien de nuevo y lo estamos vigilando
    [resolved] está resuelto
   *[false_alarm] fue una falsa alarma
}

button-fixed = Resuelto para mí
button-still-broken = Sigue fallando

## El estado, cuando pregunta un cliente

answer-staff-only = Eso es solo para nuestro equipo. «status» dice cómo está todo.
answer-next = Próximo aviso, como muy tarde: { $time }.
answer-status-well = En este momento no hay problemas comunicados.
answer-status-incident =
    { $title }: { $state }.
    { $text }
