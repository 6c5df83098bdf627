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
