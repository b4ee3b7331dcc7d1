(function_definition) @definition.function
(declaration declarator: (function_declarator)) @definition.function
(declaration declarator: (pointer_declarator declarator: (function_declarator))) @definition.function
(struct_specifier name: (_) body: (_)) @definition.class
(union_specifier name: (_) body: (_)) @definition.class
(enum_specifier name: (_) body: (_)) @definition.type
(type_definition) @definition.type
(enumerator) @definition.constant
(preproc_def) @definition.constant
(preproc_function_def) @definition.function
(field_declaration) @definition.field
(translation_unit (declaration declarator: (init_declarator)) @definition.variable)
(translation_unit (declaration declarator: (identifier)) @definition.variable)

(translation_unit (declaration declarator: (pointer_declarator)) @definition.variable)

(preproc_include) @import

(call_expression function: (identifier) @reference)
(call_expression function: (field_expression field: (field_identifier) @reference))
(type_identifier) @reference
