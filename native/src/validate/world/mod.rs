//! Is it a number that a state outside Europe gave to a person? Facts are those of the issuing offices, as collected in
//! python-stdnum; where a check differs from it on purpose, the category's file says why.
//!
//! None of these checks knows today's date: a birth date must exist, it may lie in the future.

pub mod africa;
pub mod central_america;
pub mod east_asia;
pub mod north_america;
mod number;
pub mod oceania;
pub mod south_america;
pub mod south_asia;
pub mod southeast_asia;
pub mod west_asia;

use super::Table;

/// Names of the checks in this folder.
pub const TABLE: Table = &[
    ("ae_emirates_id", west_asia::ae_emirates_id),
    ("ar_cuit", south_america::ar_cuit),
    ("au_medicare", oceania::au_medicare),
    ("au_tfn", oceania::au_tfn),
    ("az_voen", west_asia::az_voen),
    ("br_cpf", south_america::br_cpf),
    ("ca_bc_phn", north_america::ca_bc_phn),
    ("ca_sin", north_america::ca_sin),
    ("cl_rut", south_america::cl_rut),
    ("cn_ric", east_asia::cn_ric),
    ("co_nit", south_america::co_nit),
    ("cu_ni", central_america::cu_ni),
    ("do_cedula", central_america::do_cedula),
    ("ec_ci", south_america::ec_ci),
    ("ec_ruc", south_america::ec_ruc),
    ("eg_nid", africa::eg_nid),
    ("gh_tin", africa::gh_tin),
    ("gt_cui", central_america::gt_cui),
    ("gt_nit", central_america::gt_nit),
    ("hk_hkid", east_asia::hk_hkid),
    ("id_nik", southeast_asia::id_nik),
    ("id_npwp", southeast_asia::id_npwp),
    ("il_id", west_asia::il_id),
    ("in_aadhaar", south_asia::in_aadhaar),
    ("in_epic", south_asia::in_epic),
    ("in_pan", south_asia::in_pan),
    ("in_vid", south_asia::in_vid),
    ("ir_national_id", west_asia::ir_national_id),
    ("jp_my_number", east_asia::jp_my_number),
    ("ke_pin", africa::ke_pin),
    ("kr_rrn", east_asia::kr_rrn),
    ("kw_civil_id", west_asia::kw_civil_id),
    ("kz_iin", west_asia::kz_iin),
    ("lk_nic", south_asia::lk_nic),
    ("mu_nid", africa::mu_nid),
    ("mx_curp", north_america::mx_curp),
    ("mx_rfc", north_america::mx_rfc),
    ("my_nric", southeast_asia::my_nric),
    ("mz_nuit", africa::mz_nuit),
    ("nz_ird", oceania::nz_ird),
    ("pe_cui", south_america::pe_cui),
    ("pe_ruc", south_america::pe_ruc),
    ("pk_cnic", south_asia::pk_cnic),
    ("py_ruc", south_america::py_ruc),
    ("sa_national_id", west_asia::sa_national_id),
    ("sg_nric", southeast_asia::sg_nric),
    ("sv_dui", central_america::sv_dui),
    ("sv_nit", central_america::sv_nit),
    ("th_pin", southeast_asia::th_pin),
    ("tw_national_id", east_asia::tw_national_id),
    ("us_atin", north_america::us_atin),
    ("us_itin", north_america::us_itin),
    ("us_ssn", north_america::us_ssn),
    ("uy_ci", south_america::uy_ci),
    ("ve_rif", south_america::ve_rif),
    ("vn_cccd", southeast_asia::vn_cccd),
    ("vn_mst", southeast_asia::vn_mst),
    ("za_id", africa::za_id),
    ("za_tin", africa::za_tin),
];
