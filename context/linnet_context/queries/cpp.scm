(class_specifier name: (_) body: (_)) @definition.class
(namespace_definition) @definition.module
(alias_declaration) @definition.type
(concept_definition) @definition.type
(declaration_list (declaration declarator: (init_declarator)) @definition.variable)
(declaration declarator: (reference_declarator (function_declarator))) @definition.function

(field_declaration declarator: (function_declarator declarator: (field_identifier))) @definition.method
(field_declaration declarator: (_ (function_declarator declarator: (field_identifier)))) @definition.method

(using_declaration) @import

(call_expression function: (qualified_identifier name: (identifier) @reference))
(call_expression function: (template_function name: (identifier) @reference))
(call_expression function: (qualified_identifier name: (template_function name: (identifier) @reference)))
