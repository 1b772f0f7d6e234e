" SAP ECC and S/4HANA on premises or private cloud: posts a production order, for instance from the BAdI
" WORKORDER_UPDATE (method AT_RELEASE), in a background unit so that the release does not wait for the network.
" Not tried: written from SAP's reference of CL_HTTP_CLIENT. In the public cloud, CL_WEB_HTTP_CLIENT takes its place.
"
" SM59 destination AZUMUTA_ORDERS, type G: host and path of the stack's output OrderEndpoint, SSL active. The key belongs
" into your own secure storage; it must not stand in the code.
CLASS zcl_azumuta_orders DEFINITION PUBLIC FINAL CREATE PUBLIC.
  PUBLIC SECTION.
    CLASS-METHODS send
      IMPORTING iv_order    TYPE aufnr
                iv_material TYPE matnr
                iv_quantity TYPE gamng
                iv_unit     TYPE meins
                iv_due      TYPE gltrp
                iv_key      TYPE string
      RETURNING VALUE(rv_refused) TYPE string.
ENDCLASS.

CLASS zcl_azumuta_orders IMPLEMENTATION.
  METHOD send.
    TYPES: BEGIN OF ty_order,
             number   TYPE string,
             article  TYPE string,
             quantity TYPE string,
             unit     TYPE string,
             due_date TYPE string,
           END OF ty_order.
    DATA lo_client TYPE REF TO if_http_client.

    " The number as people read it: without leading zeros, as the connector sapS4Hana({ … }) lists it.
    DATA(ls_order) = VALUE ty_order(
      number   = |{ iv_order ALPHA = OUT }|
      article  = |{ iv_material ALPHA = OUT }|
      quantity = |{ iv_quantity NUMBER = RAW }|
      unit     = |{ iv_unit }|
      due_date = |{ iv_due DATE = ISO }| ).
    CONDENSE: ls_order-number, ls_order-article, ls_order-quantity, ls_order-unit.

    cl_http_client=>create_by_destination(
      EXPORTING destination = 'AZUMUTA_ORDERS'
      IMPORTING client      = lo_client
      EXCEPTIONS OTHERS     = 1 ).
    IF sy-subrc <> 0.
      rv_refused = 'Destination AZUMUTA_ORDERS cannot be used: see SM59.'.
      RETURN.
    ENDIF.

    lo_client->request->set_method( if_http_request=>co_request_method_post ).
    lo_client->request->set_content_type( 'application/json' ).
    lo_client->request->set_header_field( name = 'X-API-Key' value = iv_key ).
    " Names in camel case: dueDate.
    lo_client->request->set_cdata( /ui2/cl_json=>serialize(
      data = ls_order compress = abap_true pretty_name = /ui2/cl_json=>pretty_mode-camel_case ) ).

    lo_client->send( EXCEPTIONS OTHERS = 1 ).
    IF sy-subrc = 0.
      lo_client->receive( EXCEPTIONS OTHERS = 1 ).
    ENDIF.
    IF sy-subrc <> 0.
      " Asking again is safe: an order that is known already is not made twice.
      rv_refused = 'Azumuta cannot be reached: send the order again.'.
    ELSE.
      lo_client->response->get_status( IMPORTING code = DATA(lv_code) ).
      IF lv_code < 200 OR lv_code > 299.
        rv_refused = |Azumuta answered { lv_code }: { lo_client->response->get_cdata( ) }|.
      ENDIF.
    ENDIF.
    lo_client->close( EXCEPTIONS OTHERS = 0 ).
  ENDMETHOD.
ENDCLASS.
