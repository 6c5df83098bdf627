### Quien se suscribe a las novedades: respuestas en el chat, cartas, páginas para entrar y salir.

## De qué se entera alguien

topic-all = todo

## Respuestas

subscribed = Recibirá nuestras novedades. Tema: { $topics }. /unsubscribe las cancela.
subscription-noted = Gracias, queda anotado.
subscribe-nowhere = Aquí no puedo escribirle. Consulte las novedades en la página de estado, por favor.
subscribe-unknown = No conozco este servidor. Elija uno de la lista, o no indique ninguno para saber de todo.
subscribe-full = Ahora mismo no puedo aceptar más suscripciones. Consulte las novedades en la página de estado, por favor.
subscription-confirmed = Recibirá nuestras novedades. Tema: { $topics }. Cada correo lleva un enlace para cancelarlas.
subscription-link-old = Este enlace ya no es válido. Pida uno nuevo, por favor.
unsubscribed = No recibirá nada más de nosotros. Puede suscribirse de nuevo cuando quiera.

## Cartas

letter-leave =
    Recibe este mensaje porque nos pidió nuestras novedades. Para no recibir nada más:
    { $url }
letter-leave-command = Usted pidió estas novedades. /unsubscribe las cancela.

letter-confirm =
    Novedades de { $host }: confirme, por favor
    Alguien, probablemente usted, nos pidió escribir a esta dirección cuando haya novedades. Tema: { $topics }.

    Para aceptar, abra esta página y pulse el botón:
    { $url }

    Si no fue usted, no tiene que hacer nada: no volveremos a escribir.

## Las páginas

subscribe-title = Novedades por correo · { $host }
subscribe-heading = Novedades por correo
subscribe-intro = Le escribimos cuando algo va mal en nuestro servicio, cuando hay novedades y cuando todo ha terminado.
form-email-short = Su dirección de correo
subscribe-email-hint = Primero enviamos allí una carta: solo quien puede leerla puede aceptar.
subscribe-email-wrong = Esto no parece una dirección de correo.
subscribe-topic-label = ¿De qué quiere enterarse?
subscribe-topic-all = Todo
subscribe-topic-wrong = Esto ya no se puede elegir. Elija de nuevo, por favor.
subscribe-send = Envíenme la carta
subscribe-errors = Todavía no se ha enviado nada. Revise los campos marcados, por favor.
subscribe-expired = El formulario estuvo abierto demasiado tiempo, o su navegador no guarda cookies. Todavía no se ha enviado nada: pulse el botón otra vez, por favor.
subscribe-asked-title = Mire su correo, por favor
subscribe-asked = Si esta dirección no recibe ya las novedades, una carta va en camino. Abra el enlace que contiene y pulse allí el botón, por favor.
subscribe-asked-next = ¿No llega la carta? Mire en el correo no deseado y compruebe la dirección. A una misma dirección enviamos pocas cartas al día.
subscribe-limit-title = Demasiadas solicitudes
subscribe-limit = En la última hora hemos recibido muchísimas, de usted o de todos, y esta no se aceptó. Inténtelo más tarde, por favor.
subscribe-busy = Ahora mismo no pudimos aceptarlo; no se guardó. Inténtelo de nuevo dentro de unos minutos, por favor.
confirm-heading = Novedades por correo
confirm-intro = Pulse el botón para recibir las novedades de { $host } en la dirección a la que fue nuestra carta.
confirm-button = Sí, escríbanme
confirm-done-title = Hecho
leave-heading = No más novedades
leave-intro = Pulse el botón y { $host } no enviará más novedades a la dirección a la que fue nuestra carta.
leave-button = No me escriban más
leave-done-title = Hecho
leave-unknown = Este enlace no se conoce, o ya se usó: entonces no volveremos a escribirle.
link-unknown-title = Este enlace no es válido
